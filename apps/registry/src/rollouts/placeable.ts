import type { Release } from "@mullion/contracts";
import type { PoolClient } from "@mullion/postgres";
import { refuse } from "../errors.ts";
import type { Place } from "./channel-lock.ts";

/**
 * Lets a version into a channel only when it is published and takes no path of another remote that is live or on trial there.
 * @throws {ProblemError} `version_unknown` or `route_taken`.
 */
export async function assertPlaceable(client: PoolClient, place: Place, version: string): Promise<void> {
  const { rows } = await client.query<{ remote: string; release: Release }>(
    `select v.remote, v.release from versions v
     where (v.remote = $2 and v.version = $3)
        or (v.remote, v.version) in
           (select remote, version from channel_remotes where channel = $1 and remote <> $2
            union select remote, version from canaries where channel = $1 and remote <> $2)`,
    [place.channel, place.remote, version],
  );
  const own = rows.find(({ remote }) => remote === place.remote);
  if (own === undefined) {
    throw refuse("version_unknown", `${place.remote}@${version} is not published. Deploy it first.`);
  }
  const taken = own.release.manifest.routes.flatMap(({ path }) =>
    rows
      .filter(({ remote }) => remote !== place.remote)
      .filter(({ release }) => release.manifest.routes.some((route) => route.path === path))
      .map(({ remote }) => ({ path, message: `${path} belongs to the live remote ${remote}` })),
  );
  if (taken.length > 0) {
    throw refuse(
      "route_taken",
      "Give the routes listed other paths, or take the other remote down first.",
      taken,
    );
  }
}
