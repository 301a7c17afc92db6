import type { SigningKey } from "@mullion/release-signing";
import { readEnv } from "../env.ts";
import { CliError } from "../errors.ts";
import type { RegistryClient } from "../registry/client.ts";
import { listKeyFiles, readKeyFile, readKeyVariable } from "./key-files.ts";

/**
 * The key that was named by an option or the variable, if any.
 * @throws {CliError} `key_missing` or `key_invalid`.
 */
export async function readNamedKey(file: string | undefined): Promise<SigningKey | undefined> {
  if (file !== undefined) return readKeyFile(file);
  const { MULLION_SIGNING_KEY: value } = readEnv();
  return value === undefined ? undefined : readKeyVariable(value);
}

/**
 * The key on this machine that may sign the remote now, as the registry knows it.
 * @throws {CliError} `key_missing` that says what would help.
 */
export async function findSigningKey(
  client: Pick<RegistryClient, "listDelegations">,
  remote: string,
): Promise<SigningKey> {
  const [own, { delegations }] = await Promise.all([listKeyFiles(), client.listDelegations()]);
  const good = new Set(
    delegations
      .filter(({ remotes, revokedAt }) => remotes.includes(remote) && revokedAt === null)
      .filter(({ expiresAt }) => Date.parse(expiresAt) > Date.now())
      .map(({ thumbprint }) => thumbprint),
  );
  const found = own.find(({ thumbprint }) => good.has(thumbprint));
  if (found !== undefined) return found.key;
  const hint =
    own.length === 0
      ? "Make one with mullion keys create <name>, and have it delegated; or name one with --key or MULLION_SIGNING_KEY."
      : `Here are ${own.map(({ name }) => name).join(", ")}. Whoever holds the root key lets one sign it: mullion keys delegate <name> --remotes ${remote}`;
  throw new CliError("key_missing", `No key on this machine may sign ${remote}.`, { hint });
}
