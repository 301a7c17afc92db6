import type { IssuedOverride, NewOverride, OverrideTarget } from "@mullion/contracts";
import { inTransaction, type Pool, type PoolClient } from "@mullion/postgres";
import type { Caller } from "../actor.ts";
import { appendAudit } from "../audit.ts";
import { refuse } from "../errors.ts";
import { assertVouched } from "../keys/vouching.ts";
import { assertMayChange } from "../publishers/publishers.ts";
import type { OverrideSigner } from "./override-token.ts";

/** Name in the audit log of what has no version: a build that changes with every key stroke. */
export const developmentVersion = "development";

/** The remote that a target is a build of. */
function remoteOf(target: OverrideTarget): string {
  return target.kind === "version" ? target.remote : target.manifest.name;
}

async function assertMayIssue(
  client: PoolClient,
  target: OverrideTarget,
  user: string,
  caller: Caller,
): Promise<void> {
  if (user === caller.subject) return;
  // Whatever runs at that address on another person's machine would run in that person's session.
  if (target.kind === "development") {
    throw refuse("override_not_yours", "A development server shows to its developer only: leave `user` out.");
  }
  await assertMayChange(client, caller, target.remote);
}

async function assertShowable(client: PoolClient, target: OverrideTarget): Promise<void> {
  if (target.kind === "development") return;
  const { rowCount } = await client.query("select from versions where remote = $1 and version = $2", [
    target.remote,
    target.version,
  ]);
  if (rowCount === 1) return assertVouched(client, target.remote, target.version);
  throw refuse(
    "version_unknown",
    `${target.remote}@${target.version} is not published. Deploy it first, with --no-promote.`,
  );
}

/**
 * Issues an override: for the caller, or for another person where the caller may decide on the remote.
 * @throws {ProblemError} `version_unknown`, `signature_refused`, `override_not_yours` or `not_a_publisher`.
 */
export async function issueOverride(
  { pool, signer }: { readonly pool: Pool; readonly signer: OverrideSigner },
  { channel, target, user: wanted, minutes }: NewOverride,
  caller: Caller,
): Promise<IssuedOverride> {
  const user = wanted ?? caller.subject;
  const remote = remoteOf(target);
  return inTransaction(pool, async (client) => {
    await assertShowable(client, target);
    await assertMayIssue(client, target, user, caller);
    const version = target.kind === "version" ? target.version : null;
    const development = target.kind === "development" ? target : null;
    const { rows } = await client.query<{ id: string; issued_at: Date; expires_at: Date }>(
      `insert into overrides (channel, remote, version, development_url, development_manifest,
                              user_id, issued_by, issued_by_id, expires_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, now() + make_interval(mins => $9))
       returning id, issued_at, expires_at`,
      [
        channel,
        remote,
        version,
        development?.url ?? null,
        development === null ? null : JSON.stringify(development.manifest),
        user,
        caller.name,
        caller.subject,
        minutes,
      ],
    );
    const [row] = rows;
    if (row === undefined) throw new Error("an insert returned nothing");
    const { id, issued_at: issuedAt, expires_at: expiresAt } = row;
    await appendAudit(client, caller, {
      action: "override.issued",
      remote,
      version: version ?? developmentVersion,
      channel,
      detail: { id, user, expiresAt, ...(development === null ? {} : { url: development.url }) },
    });
    const token = await signer.sign({ id, channel, user, issuedAt, expiresAt });
    return { id, token, expiresAt: expiresAt.toISOString() };
  });
}
