import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createSigningKey, parseSigningKey, publicKeyOf, type SigningKey } from "@mullion/release-signing";
import { writePrivately } from "./secrets.ts";

/** Keys of one platform: the root key, and one per remote as teams would have them. Generated at first need. */
export interface SigningKeys {
  readonly root: SigningKey;
  /** Key of the team that has the remote. */
  of(remote: string): Promise<SigningKey>;
}

async function readOrCreateKey(file: string): Promise<SigningKey> {
  try {
    return parseSigningKey(await readFile(file, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const key = await createSigningKey();
  await writePrivately(file, JSON.stringify(key));
  return key;
}

/** The keys in `folder`, each in a file only its owner may read. */
export async function openSigningKeys(folder: string): Promise<SigningKeys> {
  const opened = new Map<string, Promise<SigningKey>>();
  return {
    root: await readOrCreateKey(join(folder, "root.jwk")),
    of(remote) {
      const key = opened.get(remote) ?? readOrCreateKey(join(folder, "teams", `${remote}.jwk`));
      opened.set(remote, key);
      return key;
    },
  };
}

/** The root key as RELEASE_ROOT_KEYS holds it. */
export function rootKeysText({ root }: SigningKeys): string {
  return JSON.stringify({ keys: [publicKeyOf(root)] });
}
