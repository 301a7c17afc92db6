import { readFile } from "node:fs/promises";
import { z } from "zod";
import { weaknessOf } from "../secret-strength.ts";
import { type RegisteredClient, registeredClientSchema } from "./registered-client.ts";

const clientFileSchema = z.strictObject({
  clients: z
    .array(registeredClientSchema.superRefine(checkSecrets))
    .min(1)
    .refine((clients) => new Set(clients.map(({ clientId }) => clientId)).size === clients.length, {
      message: "every clientId must be listed once",
    })
    .refine((clients) => !repeats(clients.flatMap(secretsOf)), { message: "two secrets are the same" }),
});

function secretsOf({ clientSecret, previousClientSecret }: RegisteredClient): string[] {
  return [clientSecret, previousClientSecret].filter((secret) => secret !== undefined);
}

function repeats(values: readonly string[]): boolean {
  return new Set(values).size < values.length;
}

function checkSecrets(client: RegisteredClient, context: z.RefinementCtx): void {
  for (const field of ["clientSecret", "previousClientSecret"] as const) {
    const secret = client[field];
    const message = secret === undefined ? undefined : weaknessOf(secret);
    if (message !== undefined) context.addIssue({ code: "custom", path: [field], message });
  }
}

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
