import { readFile } from "node:fs/promises";
import { scopeSchema } from "@mullion/contracts";
import { z } from "zod";

const clientSchema = z.strictObject({
  clientId: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/),
  /** Name on the consent page. */
  name: z.string().min(1).max(60).optional(),
  clientSecret: z.string().min(32),
  grantTypes: z.array(z.enum(["authorization_code", "refresh_token", "client_credentials"])).min(1),
  /** Compared as they are, character by character. */
  redirectUris: z.array(z.url()).default([]),
  postLogoutRedirectUris: z.array(z.url()).default([]),
  /** Where the client hears of sign-ins that end elsewhere (OpenID Connect Back-Channel Logout 1.0). */
  backchannelLogoutUri: z.url({ protocol: /^https?$/ }).optional(),
  /** What the client may do for itself (`client_credentials`). */
  scopes: z.array(scopeSchema).default([]),
  /** `opaque` for a client whose tokens are to say nothing to whoever finds one; only introspection tells what it is. */
  accessTokenFormat: z.enum(["jwt", "opaque"]).default("jwt"),
  /** The platform's own client: nobody is asked for consent. */
  firstParty: z.boolean().default(false),
});

/** A client as the operator registers one. */
export type RegisteredClient = z.output<typeof clientSchema>;

const clientFileSchema = z.strictObject({
  clients: z
    .array(clientSchema)
    .min(1)
    .refine((clients) => new Set(clients.map(({ clientId }) => clientId)).size === clients.length, {
      message: "every clientId must be listed once",
    }),
});

/** Reads the client file (`{ "clients": [...] }`). Rejects with what is wrong in it; a secret is never repeated. */
export async function readClientFile(path: string): Promise<RegisteredClient[]> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    // A syntax error quotes the text around it, and with it perhaps a secret.
    const reason = cause instanceof SyntaxError ? "it is not JSON" : "it cannot be read";
    throw new Error(`CLIENTS_FILE ${path}: ${reason}`);
  }
  const result = clientFileSchema.safeParse(content);
  if (result.success) return result.data.clients;
  const issues = result.error.issues.map(({ path: at, message }) => `${at.join(".")}: ${message}`);
  throw new Error(`CLIENTS_FILE ${path}: ${issues.join("; ")}`);
}
