import * as oauth from "oauth4webapi";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startIdentity, type TestIdentity } from "../../test/identity.ts";
import { RelyingParty, signIn } from "../../test/relying-party.ts";

const requests = 1_000;

describe("one refresh token at two instances", () => {
  let first: TestIdentity;
  let second: TestIdentity;
  let parties: RelyingParty[];

  beforeAll(async () => {
    first = await startIdentity();
    second = await startIdentity({ beside: first });
    parties = await Promise.all([RelyingParty.discover(first), RelyingParty.discover(second)]);
    await first.addUser("member@mullion.test", ["member"]);
  });
  afterAll(async () => {
    await second.close();
    await first.close();
  });

  /** A refresh by a client that tries again when it is told to (503), as one must on a machine that has too much to do. */
  async function refreshed(party: RelyingParty, token: string): Promise<oauth.TokenEndpointResponse> {
    for (;;) {
      const response = await party.refresh(token);
      if (response.status !== 503) {
        return oauth.processRefreshTokenResponse(party.server, party.client, response);
      }
      await response.body?.cancel();
    }
  }

  /** Keeps the window open however slow the machine is; returns what ends that. */
  function stopTheClock(): () => void {
    const timer = setInterval(() => {
      const statements = [
        "update refresh_tokens set consumed_at = now() where consumed_at is not null",
        "update refresh_replays set expires_at = now() + interval '30 seconds'",
      ];
      for (const statement of statements) void first.pool.query(statement).catch(() => undefined);
    }, 5_000);
    return () => {
      clearInterval(timer);
    };
  }

  it("SEC-57 1,000 refreshes at once make one rotation, and everybody gets the same token set", async () => {
    const [here, there] = parties;
    if (here === undefined || there === undefined) throw new TypeError("two instances are needed");
    const { refresh_token } = await signIn(here, "member@mullion.test");
    const goOn = stopTheClock();
    const answers = await Promise.all(
      Array.from({ length: requests }, async (_, n) => refreshed(n % 2 === 0 ? here : there, refresh_token)),
    );
    goOn();
    for (const name of ["access_token", "refresh_token", "id_token"] as const) {
      expect(new Set(answers.map((answer) => answer[name])).size, name).toBe(1);
    }
    const { rows } = await first.pool.query(
      "select count(*)::int as tokens, count(*) filter (where consumed_at is null)::int as live from refresh_tokens",
    );
    expect(rows).toEqual([{ tokens: 2, live: 1 }]);
    const actions = await first.auditedActions();
    expect(actions.filter((action) => action === "token.refresh_token")).toHaveLength(1);
    expect(actions.filter((action) => action === "token.replay").length).toBeGreaterThanOrEqual(requests - 1);
  }, 120_000);
});
