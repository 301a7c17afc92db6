import {
  type IssuedOverride,
  issuedOverrideSchema,
  type NewOverride,
  type OverrideList,
  overrideListSchema,
} from "@mullion/contracts";
import { type Connection, createSender } from "./request.ts";

/** Overrides as the commands see and change them. Every method throws `CliError`. */
export interface OverrideClient {
  issue(override: NewOverride): Promise<IssuedOverride>;
  list(): Promise<OverrideList>;
  revoke(id: string): Promise<void>;
}

/** A client of the registry's overrides. */
export function createOverrideClient(connection: Connection): OverrideClient {
  const send = createSender(connection);
  return {
    issue: async (override) =>
      issuedOverrideSchema.parse(await send({ method: "POST", path: "registry/overrides", json: override })),
    list: async () => overrideListSchema.parse(await send({ method: "GET", path: "registry/overrides" })),
    async revoke(id) {
      await send({ method: "DELETE", path: `registry/overrides/${encodeURIComponent(id)}` });
    },
  };
}
