/** Environment of a command that a benchmark runs: this process's own, with `settings` on top. */
export function childEnvironment(settings: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...process.env, ...settings };
}
