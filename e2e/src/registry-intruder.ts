import type { Platform } from "@mullion/local";
import { CompactSign, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from "jose";
import pg from "pg";

/** What the registry shows a version with: the signed release, and what says that the key may sign it. */
export interface Proof {
  readonly jws: string;
  readonly delegation: string;
  /** Name of the key that signed. */
  readonly thumbprint: string;
}

/** Somebody who has the registry's database, and with it everything that the registry checks before it shows a version. */
export interface RegistryIntruder {
  /** What vouches for a version now, for the live one unless told. */
  proofOf(remote: string, version?: string): Promise<Proof>;
  /** Puts another proof in a version's place, and the version live, past every check. */
  place(remote: string, version: string, proof: Proof): Promise<void>;
  liveVersion(remote: string): Promise<string>;
  /** Puts a version live as it is. */
  show(remote: string, version: string): Promise<void>;
  close(): Promise<void>;
}

const channel = "production";

/** Opens the registry's database as its owner. */
export function openRegistry(platform: Platform): RegistryIntruder {
  const pool = new pg.Pool({ connectionString: platform.databases.registry, max: 1 });
  const show: RegistryIntruder["show"] = async (remote, version) => {
    await pool.query("update channel_remotes set version = $3 where channel = $1 and remote = $2", [
      ...[channel, remote, version],
    ]);
    // What fronts that follow the channel wait for.
    await pool.query("update channels set revision = revision + 1 where name = $1", [channel]);
  };
  const exchange = async (remote: string, version: string, proof: Proof): Promise<void> => {
    const { jws, delegation, thumbprint } = proof;
    await pool.query("alter table signatures disable trigger signatures_append_only");
    await pool.query("delete from signatures where remote = $1 and version = $2", [remote, version]);
    await pool.query(
      `insert into delegations (thumbprint, jws, team, remotes, algorithm, issued_at, expires_at)
       values ($1, $2, 'intruder', array[$3], 'EdDSA', now(), now() + interval '1 year')
       on conflict (thumbprint) do update set remotes = delegations.remotes || excluded.remotes`,
      [thumbprint, delegation, remote],
    );
    await pool.query("insert into signatures (remote, version, thumbprint, jws) values ($1, $2, $3, $4)", [
      ...[remote, version, thumbprint, jws],
    ]);
    await pool.query("alter table signatures enable trigger signatures_append_only");
  };
  const liveVersion = async (remote: string): Promise<string> => {
    const { rows } = await pool.query<{ version: string }>(
      "select version from channel_remotes where channel = $1 and remote = $2",
      [channel, remote],
    );
    if (rows[0] === undefined) throw new Error(`${remote} is not live`);
    return rows[0].version;
  };
  return {
    ...{ show, liveVersion },
    async proofOf(remote, asked) {
      const version = asked ?? (await liveVersion(remote));
      const { rows } = await pool.query<Proof>(
        `select s.jws, d.jws as delegation, s.thumbprint from signatures s join delegations d using (thumbprint)
         where s.remote = $1 and s.version = $2`,
        [remote, version],
      );
      if (rows[0] === undefined) throw new Error(`${remote}@${version} is not signed`);
      return rows[0];
    },
    async place(remote, version, proof) {
      await exchange(remote, version, proof);
      await show(remote, version);
    },
    close: () => pool.end(),
  };
}

async function sign(type: string, content: string, key: JWK): Promise<string> {
  return new CompactSign(Buffer.from(content))
    .setProtectedHeader({ alg: "EdDSA", kid: await calculateJwkThumbprint(key), typ: type })
    .sign(await importJWK(key, "EdDSA"));
}

const contentOf = (jws: string): string => Buffer.from(jws.split(".")[1] ?? "", "base64url").toString();

/** The release as it was signed, changed, under the signature of before. */
export function withContent({ jws, ...proof }: Proof, edit: (content: string) => string): Proof {
  const [header = "", , signature = ""] = jws.split(".");
  const content = Buffer.from(edit(contentOf(jws))).toString("base64url");
  return { ...proof, jws: `${header}.${content}.${signature}` };
}

/** The release as it is, under a signature of which one bit is another. */
export function withSignatureAltered({ jws, ...proof }: Proof): Proof {
  const [header = "", content = "", signature = ""] = jws.split(".");
  const bytes = Buffer.from(signature, "base64url");
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  return { ...proof, jws: `${header}.${content}.${bytes.toString("base64url")}` };
}

/** The release, changed or not, truly signed with a key. `delegation` is what says that this key may. */
export async function signedWith(
  key: JWK,
  delegation: string,
  { jws }: Proof,
  edit: (content: string) => string = (content) => content,
): Promise<Proof> {
  const signed = await sign("mullion-release+jws", edit(contentOf(jws)), key);
  return { jws: signed, delegation, thumbprint: await calculateJwkThumbprint(key) };
}

/** The release signed with a key of the intruder's, which a root key of the intruder's lets sign it. */
export async function signedByNobody(proof: Proof): Promise<Proof> {
  const [root, key] = await Promise.all([newKey(), newKey()]);
  const { d: _private, ...publicKey } = key;
  const delegation = { ...(JSON.parse(contentOf(proof.delegation)) as object), key: publicKey };
  return signedWith(key, await sign("mullion-delegation+jws", JSON.stringify(delegation), root), proof);
}

async function newKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair("EdDSA", { extractable: true });
  return exportJWK(privateKey);
}
