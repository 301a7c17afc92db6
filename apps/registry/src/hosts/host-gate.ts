import type { Host, Problem, Release } from "@mullion/contracts";
import type { PoolClient } from "@mullion/postgres";
import { satisfies, validRange } from "semver";
import { refuse } from "../errors.ts";
import { assertVouched } from "../keys/vouching.ts";
import { readHost } from "./hosts.ts";

type Issue = NonNullable<Problem["issues"]>[number];

function rangeIssues({ shared }: Release, host: Host): Issue[] {
  return Object.entries(shared).flatMap(([name, range]) => {
    const brought = host.shared[name];
    // Where a contract decides, it says what is missing.
    if (range === false) return [];
    const path = `shared.${name}`;
    if (brought === undefined) {
      const remedy = "deploy a shell that shares it first, or build without sharing it";
      return [{ path, message: `the ${host.channel} shell does not bring ${name}: ${remedy}` }];
    }
    if (validRange(range) === null) return [{ path, message: `${range} is no range of versions` }];
    if (satisfies(brought, range, { includePrerelease: true })) return [];
    return [
      {
        path,
        message: `built for ${name} ${range}, the ${host.channel} shell brings ${brought}: install ${name}@${brought} and build again`,
      },
    ];
  });
}

/** `@mullion/session#useBff` is the export `useBff` of `@mullion/session`. */
function contractIssues({ contracts }: Release, host: Host): Issue[] {
  return Object.entries(contracts).flatMap(([name, hash]) => {
    const brought = host.contracts[name];
    if (brought === hash) return [];
    const [module = name, exported = "what it exports"] = name.split("#");
    const reason =
      brought === undefined
        ? `the ${host.channel} shell does not have ${exported}: deploy the shell first, or build with the ${module} it has`
        : `${exported} is another in the ${host.channel} shell: build again with the ${module} it has`;
    return [{ path: `contracts.${name}`, message: reason }];
  });
}

/** Why a release would not run in the shell; empty when it would. */
export function findHostIssues(release: Release, host: Host): Issue[] {
  return [...rangeIssues(release, host), ...contractIssues(release, host)];
}

/** One version, and the channel it is to be shown in. */
export interface Candidate {
  readonly channel: string;
  readonly remote: string;
  readonly version: string;
}

/**
 * Refuses what must not be shown where it is not shown yet: a version without a signature of a key that may sign now and is not
 * revoked, or built for another shell than the channel's. To be called before a version is promoted, tried or tried on more
 * people. A channel whose shell never said what it brings takes any.
 * @throws {ProblemError} `signature_refused` or `release_invalid`.
 */
export async function assertFits(client: PoolClient, { channel, remote, version }: Candidate): Promise<void> {
  const { rows } = await client.query<{ release: Release }>(
    "select release from versions where remote = $1 and version = $2",
    [remote, version],
  );
  const found = rows[0];
  // That a version is unknown is for the caller to say.
  if (found === undefined) return;
  await assertVouched(client, remote, version);
  const host = await readHost(client, channel);
  const issues = host === null ? [] : findHostIssues(found.release, host);
  if (issues.length > 0) {
    throw refuse("release_invalid", `${remote}@${version} does not fit the shell of ${channel}.`, issues);
  }
}
