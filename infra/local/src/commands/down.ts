import { rm } from "node:fs/promises";
import { join } from "node:path";
import { killGroup } from "../child.ts";
import { deletePlatformData } from "../delete-data.ts";
import { readSettings } from "../env.ts";
import { layoutOf } from "../layout.ts";
import { endLeftovers, endsWithin, isUp, readRunState } from "../run-state.ts";
import type { PrintLine } from "../steps.ts";

const stopWithinMs = 30_000;

/** Stops the platform if it is up; `reset` also deletes its data. Touches no process that it did not start. */
export async function down(options: { reset: boolean; print: PrintLine }): Promise<void> {
  const settings = readSettings();
  const layout = layoutOf(settings.MULLION_DATA_DIR);
  const state = await readRunState(layout);
  if (state !== undefined && (await isUp(state))) {
    process.kill(state.supervisor.pid, "SIGTERM");
    if (!(await endsWithin(state.supervisor, stopWithinMs))) killGroup(state.supervisor.pid);
    options.print("Stopped.");
  } else {
    options.print("The platform was not up.");
  }
  const leftovers = state === undefined ? [] : await endLeftovers(state);
  if (leftovers.length > 0) options.print(`Ended what was left of it: ${leftovers.join(", ")}.`);
  await rm(join(layout.run, "platform.json"), { force: true });
  if (!options.reset) return;
  await deletePlatformData(settings.MULLION_DATA_DIR);
  options.print("Deleted its data.");
  if (settings.DATABASE_URL !== undefined || settings.REDIS_URL !== undefined) {
    options.print("DATABASE_URL and REDIS_URL are not touched: empty them yourself before the next start.");
  }
}
