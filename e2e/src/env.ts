/** Settings of the browser tests. */
export interface Settings {
  /** Path of the Chromium to drive; `npm test` finds or installs one and names it here. */
  readonly chromium: string;
  readonly ci: boolean;
}

/** Reads the settings from the environment. */
export function readSettings(): Settings {
  return {
    chromium: process.env["MULLION_CHROMIUM"] ?? "/usr/bin/chromium",
    ci: process.env["CI"] !== undefined,
  };
}

/** What a build started by a test inherits. */
export function buildEnvironment(): Readonly<Record<"PATH" | "HOME", string | undefined>> {
  return { PATH: process.env["PATH"], HOME: process.env["HOME"] };
}

/** The environment of a developer at this machine: their own, with its proxies and certificates, less what is the platform's. */
export function developersEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !name.startsWith("MULLION_") && name !== "NODE_ENV",
  );
  return Object.fromEntries(own);
}
