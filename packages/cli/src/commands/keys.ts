import { readFile, writeFile } from "node:fs/promises";
import { compactJwsSchema, type PublicKey, publicKeySchema } from "@mullion/contracts";
import { createSigningKey, publicKeyOf, type SigningKey, thumbprintOf } from "@mullion/release-signing";
import { type Command, InvalidArgumentError } from "commander";
import { readJson } from "../artifact/read-json.ts";
import { type ConnectionOptions, resolveConnection } from "../connection.ts";
import { CliError } from "../errors.ts";
import { createDelegation } from "../keys/delegate.ts";
import { listKeyFiles, readKeyFile, writeKeyFile } from "../keys/key-files.ts";
import { type Output, table } from "../output.ts";
import { createRegistryClient } from "../registry/client.ts";
import { type Register, withConnection } from "./register.ts";

const keyName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/;

function parseDays(value: string): number {
  const days = Number(value);
  if (Number.isInteger(days) && days >= 1 && days <= 3_650) return days;
  throw new InvalidArgumentError("a whole number of days, at most 3650");
}

function addCreate(keys: Command, output: () => Output): void {
  keys
    .command("create")
    .summary("make a key for a team")
    .description("Makes a key and keeps it in this machine's configuration. What is shown of it is public.")
    .argument("<name>", "what to call it here, such as the team's name")
    .option("--es256", "P-256 instead of Ed25519, for key stores that know nothing else")
    .action(async (name: string, { es256 }: { es256?: boolean }) => {
      if (!keyName.test(name)) throw new CliError("usage", `${name} is no name of a key.`);
      const key = await createSigningKey(es256 === true ? "ES256" : "EdDSA");
      const file = await writeKeyFile(name, key);
      const publicKey = publicKeyOf(key);
      const thumbprint = await thumbprintOf(key);
      output().result({ name, file, thumbprint, publicKey }, [
        `✓ ${name} ${thumbprint}`,
        `  private half: ${file}`,
        `  public half, for whoever holds the root key: ${JSON.stringify(publicKey)}`,
      ]);
    });
}

function addList(keys: Command, output: () => Output): void {
  withConnection(keys.command("list"))
    .summary("keys that may sign, as the registry knows them")
    .description(
      "Lists the keys that were delegated; HERE names those whose private half is on this machine.",
    )
    .action(async (options: ConnectionOptions) => {
      const client = createRegistryClient(resolveConnection(options));
      const [{ delegations }, own] = await Promise.all([client.listDelegations(), listKeyFiles()]);
      const rows = delegations.map((key) => [
        key.thumbprint,
        key.team,
        key.remotes.join(", "),
        key.revokedAt === null ? `until ${key.expiresAt.slice(0, 10)}` : "revoked",
        own.find(({ thumbprint }) => thumbprint === key.thumbprint)?.name ?? "-",
      ]);
      output().result({ delegations }, table(["KEY", "TEAM", "REMOTES", "GOOD", "HERE"], rows));
    });
}

/** A public key in a file, or the public half of a key on this machine. */
async function findKey(nameOrFile: string): Promise<PublicKey | SigningKey> {
  const own = (await listKeyFiles()).find(({ name }) => name === nameOrFile);
  if (own !== undefined) return own.key;
  return readJson(nameOrFile, publicKeySchema, {
    missing: "key_missing",
    invalid: "key_invalid",
    hint: "Give the name of a key on this machine, or a file with a public JWK.",
  });
}

interface DelegateOptions extends ConnectionOptions {
  readonly rootKey: string;
  readonly team: string;
  readonly remotes: string;
  readonly days: number;
  readonly out?: string;
}

function addDelegate(keys: Command, output: () => Output): void {
  withConnection(keys.command("delegate"))
    .summary("let a team's key sign remotes")
    .description(
      "Signs with the root key that a team's key may sign some remotes, and tells the registry. With --out nothing is sent: run it where the root key is, and mullion keys register elsewhere.",
    )
    .argument("<key>", "name of a key on this machine, or a file with a public JWK")
    .requiredOption("--root-key <file>", "the platform's root key, a private JWK")
    .requiredOption(
      "--remotes <names>",
      "which remotes it may sign, comma separated; replaces what it might before",
    )
    .requiredOption("--team <name>", "whose key it is")
    .option("--days <number>", "how long it may", parseDays, 365)
    .option("--out <file>", "write the delegation there, send nothing")
    .action(async (nameOrFile: string, options: DelegateOptions) => {
      const { team, days, out } = options;
      const key = await findKey(nameOrFile);
      const remotes = options.remotes.split(",").map((remote) => remote.trim());
      const delegation = await createDelegation(
        { team, days, key, remotes },
        await readKeyFile(options.rootKey),
      );
      if (out === undefined) {
        await createRegistryClient(resolveConnection(options)).saveDelegation(delegation);
      } else {
        await writeFile(out, `${delegation}\n`);
      }
      const thumbprint = await thumbprintOf(key);
      const where = out === undefined ? "" : `, in ${out}: mullion keys register ${out}`;
      output().result({ thumbprint, team, remotes, delegation }, [
        `✓ ${thumbprint} may sign ${remotes.join(", ")} for ${String(days)} days${where}`,
      ]);
    });
}

function addRegister(keys: Command, output: () => Output): void {
  withConnection(keys.command("register"))
    .summary("tell the registry of a delegation")
    .description("Sends a delegation that mullion keys delegate --out wrote.")
    .argument("<file>", "the delegation")
    .action(async (file: string, options: ConnectionOptions) => {
      const text = await readFile(file, "utf8").catch((cause: unknown) => {
        throw new CliError("usage", `${file} cannot be read.`, { cause });
      });
      const delegation = compactJwsSchema.safeParse(text.trim());
      if (!delegation.success) throw new CliError("usage", `${file} holds no delegation.`);
      await createRegistryClient(resolveConnection(options)).saveDelegation(delegation.data);
      output().result({ delegation: delegation.data }, ["✓ the registry knows the delegation"]);
    });
}

function addRevoke(keys: Command, output: () => Output): void {
  withConnection(keys.command("revoke"))
    .summary("take a key's right to sign")
    .description(
      "From then on nothing that the key signs is published, and nothing that only it signed is shown: fronts know at once. To lose no page, sign what is live with another key before.",
    )
    .argument("<thumbprint>", "the key, as mullion keys list shows it")
    .action(async (thumbprint: string, options: ConnectionOptions) => {
      const { hidden } = await createRegistryClient(resolveConnection(options)).revokeKey(thumbprint);
      output().result({ thumbprint, hidden }, [
        `✓ ${thumbprint} signs nothing more`,
        ...hidden.map(
          ({ channel, remote, version }) =>
            `! ${remote}@${version} is shown in ${channel} no more. Sign it with another key (mullion deploy <artifact> --key <key> --no-promote), or: mullion rollback ${remote}`,
        ),
      ]);
    });
}

export const registerKeys: Register = (program, output) => {
  const keys = program.command("keys").summary("keys that sign releases");
  for (const add of [addCreate, addList, addDelegate, addRegister, addRevoke]) add(keys, output);
};
