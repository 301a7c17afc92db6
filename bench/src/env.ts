/** Environment of a command that a benchmark runs: this process's own, with `settings` on top. */
export function childEnvironment(settings: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...process.env, ...settings };
}

/** How long the soak lasts: MULLION_SOAK_MINUTES, or ten. */
export function soakMinutes(): number {
  const minutes = Number(process.env["MULLION_SOAK_MINUTES"] ?? "10");
  if (!(minutes > 0)) throw new RangeError("MULLION_SOAK_MINUTES is not a number of minutes");
  return minutes;
}

/** How often the remote is deployed again: MULLION_REDEPLOYS, or 200. */
export function redeployCount(): number {
  const count = Number(process.env["MULLION_REDEPLOYS"] ?? "200");
  if (!Number.isInteger(count) || count < 1)
    throw new RangeError("MULLION_REDEPLOYS is not a number of deploys");
  return count;
}
