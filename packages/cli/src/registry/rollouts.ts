import {
  type CanaryAbort,
  type CanaryChange,
  canaryChangeSchema,
  type NewCanary,
  type PaneHealthList,
  paneHealthListSchema,
  type RolloutList,
  rolloutListSchema,
} from "@mullion/contracts";
import { CliError } from "../errors.ts";
import { type Connection, createSender } from "./request.ts";

/** What is live and on trial, as the commands see and change it. Every method throws `CliError`. */
export interface RolloutClient {
  list(channel: string): Promise<RolloutList>;
  /** How what is live and on trial fared within the last hour; null when that is not known just now. */
  health(channel: string): Promise<PaneHealthList | null>;
  setCanary(channel: string, remote: string, canary: NewCanary): Promise<CanaryChange>;
  abortCanary(channel: string, remote: string, abort: CanaryAbort): Promise<CanaryChange>;
}

/** A client of the registry's rollouts. */
export function createRolloutClient(connection: Connection): RolloutClient {
  const send = createSender(connection);
  const canaryPath = (channel: string, remote: string): string =>
    `registry/rollouts/${encodeURIComponent(channel)}/${encodeURIComponent(remote)}/canary`;
  return {
    list: async (channel) =>
      rolloutListSchema.parse(
        await send({ method: "GET", path: `registry/rollouts?channel=${encodeURIComponent(channel)}` }),
      ),
    async health(channel) {
      try {
        const path = `registry/rollouts/${encodeURIComponent(channel)}/health`;
        return paneHealthListSchema.parse(await send({ method: "GET", path }));
      } catch (error) {
        if (error instanceof CliError && error.problemCode === "health_unknown") return null;
        throw error;
      }
    },
    setCanary: async (channel, remote, canary) =>
      canaryChangeSchema.parse(
        await send({ method: "PUT", path: canaryPath(channel, remote), json: canary }),
      ),
    abortCanary: async (channel, remote, abort) =>
      canaryChangeSchema.parse(
        await send({ method: "DELETE", path: canaryPath(channel, remote), json: abort }),
      ),
  };
}
