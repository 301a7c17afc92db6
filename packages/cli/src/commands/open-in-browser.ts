import { spawn } from "node:child_process";

const openers: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ["open"],
  // Not `start`: that is a word of cmd.exe, which would read `&` in the address as its own.
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
};

/** Opens an address with the desktop's browser. Where there is none nothing happens: the address is printed as well. */
export function openInBrowser(url: string): void {
  const [command = "xdg-open", ...args] = openers[process.platform] ?? [];
  const opener = spawn(command, [...args, url], { stdio: "ignore", detached: true });
  opener.once("error", () => undefined);
  opener.unref();
}
