import {
  type CanaryAbort,
  type CanaryChange,
  canaryChangeSchema,
  channelSchema,
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
  /** Whether the version was rolled back, or its trial aborted, and it was not placed again since. */
  isWithdrawn(channel: string, remote: string, version: string): Promise<boolean>;
  /** How what is live and on trial fared within the last hour; null when that is not known just now. */
  health(channel: string): Promise<PaneHealthList | null>;
  setCanary(channel: string, remote: string, canary: NewCanary): Promise<CanaryChange>;
  abortCanary(channel: string, remote: string, abort: CanaryAbort): Promise<CanaryChange>;
}

/** The revision of a remote's last change, as far as it is known from the list; 0 for a remote that is not live. */
export function lastRevisionOf({ rollouts }: RolloutList, remote: string): number {
  return rollouts.find((rollout) => rollout.remote === remote)?.events[0]?.revision ?? 0;
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
    async isWithdrawn(channel, remote, version) {
      const path = `channels/${encodeURIComponent(channel)}`;
      const { withdrawn } = channelSchema.parse(await send({ method: "GET", path }));
      return withdrawn.includes(`${remote}@${version}`);
    },
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
