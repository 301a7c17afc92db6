import { join, relative } from "node:path";
import type { DemoAccount } from "../accounts.ts";
import { demoAccounts } from "../accounts.ts";
import { publicUrl } from "../apps.ts";
import { type LocalSettings, readSettings } from "../env.ts";
import { LocalError } from "../errors.ts";
import { type Layout, layoutOf } from "../layout.ts";
import { repositoryRoot } from "../places.ts";
import { type Platform, startPlatform } from "../platform.ts";
import { type Ports, portsFrom } from "../ports.ts";
import { isUp, type RunState, readRunState } from "../run-state.ts";
import { readOrCreateSecrets } from "../secrets.ts";
import { type PrintLine, seconds } from "../steps.ts";
import type { ProcessEvent } from "../supervised-process.ts";

/** Says that the platform is up already and prints its addresses; false when it is not up. */
export async function reportIfUp(settings: LocalSettings, print: PrintLine): Promise<boolean> {
  const layout = layoutOf(settings.MULLION_DATA_DIR);
  const state = await readRunState(layout);
  if (state === undefined || !(await isUp(state))) return false;
  if (state.phase === "starting") {
    const message = `The platform is being started by process ${String(state.supervisor.pid)}. Wait for it, or stop it with: npm run down`;
    throw new LocalError("already_starting", message);
  }
  requireSamePorts(state, settings);
  print("The platform is up already.");
  const secrets = await readOrCreateSecrets(join(layout.data, "secrets.json"));
  printAddresses(portsFrom(state.portBase), demoAccounts(secrets), layout, print);
  return true;
}

function requireSamePorts(state: RunState, settings: LocalSettings): void {
  if (state.portBase === settings.MULLION_PORT_BASE) return;
  const message = `The platform is up at port ${String(state.portBase)}, not ${String(settings.MULLION_PORT_BASE)}. Stop it with: npm run down`;
  throw new LocalError("already_starting", message);
}

/** Starts the platform in this process; resolves when it is ready and its addresses are printed. */
export async function startHere(print: PrintLine, signal: AbortSignal): Promise<Platform> {
  const settings = readSettings();
  const platform = await startPlatform({
    portBase: settings.MULLION_PORT_BASE,
    dataDir: settings.MULLION_DATA_DIR,
    databaseUrl: settings.DATABASE_URL,
    redisUrl: settings.REDIS_URL,
    print,
    signal,
    onProcessEvent: (event) => {
      printEvent(event, print);
    },
  });
  printAddresses(platform.ports, platform.accounts, layoutOf(settings.MULLION_DATA_DIR), print);
  print(`Ready in ${seconds(Date.now() - (settings.MULLION_STARTED_AT ?? Date.now()))}.`);
  return platform;
}

function printEvent(event: ProcessEvent, print: PrintLine): void {
  if (event.kind !== "restarting") return;
  print(`  ! ${event.name} ended (${event.reason}); starting it again in ${seconds(event.delayMs)}`);
}

function printAddresses(
  ports: Ports,
  accounts: readonly DemoAccount[],
  layout: Layout,
  print: PrintLine,
): void {
  const row = (label: string, value: string): string => `  ${label.padEnd(22)}  ${value}`;
  print("");
  print(row("Mullion", publicUrl(ports, "shell")));
  for (const name of ["identity", "gateway", "registry"] as const) print(row(name, publicUrl(ports, name)));
  print(row("Mail it sent", publicUrl(ports, "mail-sink")));
  print("");
  print(row("Sign in as", "with password"));
  for (const { email, password } of accounts) print(row(email, password));
  print("");
  print(row("Logs", `${relative(repositoryRoot, layout.logs)}/<name>.log`));
}
