import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureChromium } from "@mullion/local";
import { type Browser, chromium } from "playwright";

/** Starts a Chromium without a window: the machine's own, or one that is fetched once. */
export async function launchChromium(): Promise<Browser> {
  const { signal } = new AbortController();
  const executablePath = await ensureChromium({ logFile: join(tmpdir(), "mullion-chromium.log"), signal });
  const args = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"];
  return chromium.launch({ executablePath, args });
}
