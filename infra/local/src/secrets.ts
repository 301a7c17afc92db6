import { generateKeyPairSync, randomBytes, randomInt } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";

/** Secrets of one platform, generated once and kept in a file only its owner may read. */
export interface Secrets {
  /** `id:base64 of 32 bytes`, as every key ring of the platform is written. */
  readonly identityKeyEncryption: string;
  readonly identityCookie: string;
  readonly sessionKeys: string;
  readonly nextAuth: string;
  readonly shellClient: string;
  readonly gatewayClient: string;
  readonly identityClient: string;
  readonly deployClient: string;
  readonly operatorClient: string;
  readonly registryClient: string;
  /** Private JWK, as JSON, that the registry signs override links with. */
  readonly overrideSigningKey: string;
  readonly workerClient: string;
  readonly adminPassword: string;
  readonly developerPassword: string;
  readonly memberPassword: string;
  readonly viewerPassword: string;
}

const text = (): string => randomBytes(32).toString("base64url");
const key = (): string => `k1:${randomBytes(32).toString("base64")}`;
const privateJwk = (): string =>
  JSON.stringify(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" }));
// Without letters and digits that look alike; 16 of 31 are 79 bits.
const alphabet = "abcdefghjkmnpqrstuvwxyz23456789";
const password = (): string =>
  Array.from({ length: 4 }, () =>
    Array.from({ length: 4 }, () => alphabet.charAt(randomInt(alphabet.length))).join(""),
  ).join("-");

const generators: Readonly<Record<keyof Secrets, () => string>> = {
  identityKeyEncryption: key,
  identityCookie: text,
  sessionKeys: key,
  nextAuth: text,
  shellClient: text,
  gatewayClient: text,
  identityClient: text,
  deployClient: text,
  operatorClient: text,
  registryClient: text,
  overrideSigningKey: privateJwk,
  workerClient: text,
  adminPassword: password,
  developerPassword: password,
  memberPassword: password,
  viewerPassword: password,
};

/** The secrets in `file`; those that it lacks are generated and added. */
export async function readOrCreateSecrets(file: string): Promise<Secrets> {
  const existing = z
    .record(z.string(), z.string())
    .parse(JSON.parse(await readFile(file, "utf8").catch(absentAsEmpty)));
  const entries = Object.entries(generators).map(([name, generate]) => [name, existing[name] ?? generate()]);
  const secrets = Object.fromEntries(entries) as Secrets & Record<string, string>;
  if (Object.keys(generators).some((name) => existing[name] === undefined)) {
    await writePrivately(file, JSON.stringify({ ...existing, ...secrets }, null, 2));
  }
  return secrets;
}

function absentAsEmpty(error: NodeJS.ErrnoException): string {
  if (error.code === "ENOENT") return "{}";
  throw error;
}

/** Writes a file that only its owner may read, in one step: a reader sees the old or the new one. */
export async function writePrivately(file: string, content: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const unfinished = `${file}.${String(process.pid)}`;
  await writeFile(unfinished, `${content}\n`, { mode: 0o600 });
  await rename(unfinished, file);
}
