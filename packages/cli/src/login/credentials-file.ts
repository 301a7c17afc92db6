import { chmod, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { roleSchema } from "@mullion/contracts";
import { z } from "zod";
import { isMissing } from "../artifact/read-json.ts";
import { configFolder } from "../env.ts";
import { CliError } from "../errors.ts";
import { withLock } from "./lock.ts";

const loginSchema = z.object({
  clientId: z.string(),
  refreshToken: z.string(),
  accessToken: z.string(),
  /** When the access token expires, milliseconds since the epoch. */
  expiresAt: z.number(),
  user: z.object({
    id: z.string(),
    name: z.string().optional(),
    email: z.string().optional(),
    roles: z.array(roleSchema),
  }),
  /** What the access token allows, as identity granted it. */
  scopes: z.array(z.string()),
});

/** A person who signed in at one issuer. */
export type Login = z.infer<typeof loginSchema>;

const fileSchema = z.object({ issuers: z.record(z.string(), loginSchema) });
type Logins = z.infer<typeof fileSchema>["issuers"];

/** Where sign-ins are kept, by issuer. */
export function credentialsFile(): string {
  return path.join(configFolder(), "credentials.json");
}

async function readLogins(file: string): Promise<Logins> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (isMissing(error)) return {};
    throw error;
  }
  try {
    return fileSchema.parse(JSON.parse(text)).issuers;
  } catch {
    // Without the cause: it would quote what the file holds.
    throw new CliError("credentials_invalid", `${file} cannot be read.`, {
      hint: "Remove it, then: mullion login",
    });
  }
}

/** In one step: a reader sees the old sign-ins or the new ones, and no other user ever sees either. */
async function writeLogins(file: string, issuers: Logins): Promise<void> {
  const unfinished = `${file}.${String(process.pid)}`;
  try {
    await writeFile(unfinished, `${JSON.stringify({ issuers }, null, 2)}\n`, { mode: 0o600, flush: true });
    await rename(unfinished, file);
  } finally {
    await rm(unfinished, { force: true });
  }
}

/**
 * The sign-in at an issuer; undefined when there is none.
 * @throws {CliError} `credentials_invalid`.
 */
export async function readLogin(issuer: string): Promise<Login | undefined> {
  return (await readLogins(credentialsFile()))[issuer];
}

/**
 * Replaces the sign-in at an issuer by what `change` makes of it, `undefined` removes it. No other process of this
 * machine changes one meanwhile, so that a refresh token is used once.
 * @throws {CliError} `credentials_invalid`, and what `change` throws.
 */
export async function changeLogin<L extends Login | undefined>(
  issuer: string,
  change: (known: Login | undefined) => Promise<L>,
): Promise<L> {
  const file = credentialsFile();
  const folder = path.dirname(file);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  return withLock(`${file}.lock`, async () => {
    const logins = await readLogins(file);
    const known = logins[issuer];
    const login = await change(known);
    if (login !== known) {
      const { [issuer]: _replaced, ...others } = logins;
      await writeLogins(file, login === undefined ? others : { ...others, [issuer]: login });
    }
    return login;
  });
}
