import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import {
  parseSigningKey,
  ReleaseSigningError,
  type SigningKey,
  thumbprintOf,
} from "@mullion/release-signing";
import { isMissing } from "../artifact/read-json.ts";
import { configFolder } from "../env.ts";
import { CliError } from "../errors.ts";
import { readProjectSettings } from "../project/settings.ts";

const suffix = ".jwk";

/** A private key in a file. */
export interface KeyFile {
  readonly name: string;
  readonly file: string;
  readonly key: SigningKey;
  readonly thumbprint: string;
}

function parse(text: string, where: string): SigningKey {
  try {
    return parseSigningKey(text);
  } catch (cause) {
    if (!(cause instanceof ReleaseSigningError)) throw cause;
    throw new CliError("key_invalid", `${where} is no private key for releases.`, {
      hint: "A JWK of kty OKP and crv Ed25519, or kty EC and crv P-256. mullion keys create makes one.",
    });
  }
}

/**
 * The private key in a file.
 * @throws {CliError} `key_missing` or `key_invalid`; neither repeats anything of the content.
 */
export async function readKeyFile(file: string): Promise<SigningKey> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    if (!isMissing(cause)) throw cause;
    throw new CliError("key_missing", `There is no ${file}.`, {
      hint: "mullion keys create makes a key.",
      cause,
    });
  }
  return parse(text, file);
}

/** The key in a variable: a JWK, or the path of a file that holds one. */
export async function readKeyVariable(value: string): Promise<SigningKey> {
  return value.trimStart().startsWith("{") ? parse(value, "MULLION_SIGNING_KEY") : readKeyFile(value);
}

/** Writes a new key where only its owner may read it. A key is never overwritten: what it signed would be orphaned. */
export async function writeKeyFile(name: string, key: SigningKey): Promise<string> {
  const folder = path.join(configFolder(), "keys");
  const file = path.join(folder, name + suffix);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    await writeFile(file, `${JSON.stringify(key)}\n`, { mode: 0o600, flag: "wx" });
  } catch (cause) {
    if (!(cause instanceof Error && "code" in cause && cause.code === "EEXIST")) throw cause;
    throw new CliError("usage", `There is a key in ${file} already.`, {
      hint: "Give the new one another name, such as payments-2.",
      cause,
    });
  }
  return file;
}

async function keysIn(folder: string): Promise<KeyFile[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  return Promise.all(
    names
      .filter((name) => name.endsWith(suffix))
      .toSorted()
      .map(async (name) => {
        const file = path.join(folder, name);
        const key = await readKeyFile(file);
        return { name: path.basename(name, suffix), file, key, thumbprint: await thumbprintOf(key) };
      }),
  );
}

/** The keys on this machine: the person's own, and those of the platform that runs in this clone. */
export async function listKeyFiles(): Promise<KeyFile[]> {
  const { keys } = readProjectSettings(process.cwd());
  const folders = [path.join(configFolder(), "keys"), ...(keys === undefined ? [] : [keys])];
  return (await Promise.all(folders.map(keysIn))).flat();
}
