import { readFile } from "node:fs/promises";
import { z } from "zod";
import { type RegisteredClient, registeredClientSchema } from "./registered-client.ts";

const clientFileSchema = z.strictObject({
  clients: z
    .array(registeredClientSchema)
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
