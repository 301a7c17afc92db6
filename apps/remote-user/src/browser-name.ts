import { parse } from "bowser";

/** What a user agent says of itself, for people to tell their browsers apart. Anybody can claim anything there. */
export interface BrowserName {
  /** e.g. `Firefox on Windows`. */
  readonly label: string;
  readonly isHandheld: boolean;
}

/** Names the browser and the system of a `User-Agent` header. */
export function nameBrowser(userAgent: string): BrowserName {
  // The parser throws on an empty header.
  const { browser, os, platform } = parse(userAgent === "" ? "-" : userAgent);
  const names = [browser.name, os.name].filter((name) => name !== undefined && name !== "");
  return {
    label: names.length === 0 ? "Unknown browser" : names.join(" on "),
    isHandheld: platform.type === "mobile" || platform.type === "tablet",
  };
}
