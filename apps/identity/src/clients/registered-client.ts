import { checkClient } from "@mullion/contracts/client-registration";
import { clientFields } from "@mullion/contracts/identity-clients";
import { z } from "zod";

const secret = z.string().min(32, "must have at least 32 characters");

/** A client as the operator writes one: the fields of the admin API, and secrets. */
export const registeredClientSchema = z
  .strictObject({
    ...clientFields,
    clientSecret: secret.optional(),
    /** Still taken beside `clientSecret`, while the client's own instances change over. */
    previousClientSecret: secret.optional(),
  })
  .superRefine((client, context) => {
    checkClient(client, context);
    const { tokenEndpointAuthMethod: method, clientSecret, previousClientSecret } = client;
    const refuse = (path: string, message: string): void => {
      context.addIssue({ code: "custom", path: [path], message });
    };
    if (method === "client_secret_basic" && clientSecret === undefined) {
      refuse("clientSecret", 'is missing; a public client says so: "tokenEndpointAuthMethod": "none"');
    }
    if (method !== "client_secret_basic" && clientSecret !== undefined) {
      refuse("clientSecret", `a client that authenticates by ${method} has none`);
    }
    if (clientSecret === undefined && previousClientSecret !== undefined) {
      refuse("previousClientSecret", "needs a clientSecret");
    }
  });

/** A client as the operator registers one. */
export type RegisteredClient = z.output<typeof registeredClientSchema>;

/** What has to be written of a client: the rest has defaults. */
export type ClientRegistration = z.input<typeof registeredClientSchema>;

/** A client with its defaults. Throws what is wrong with it. */
export function registerClient(client: ClientRegistration): RegisteredClient {
  return registeredClientSchema.parse(client);
}
