import { setTimeout as delay } from "node:timers/promises";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type CuttableLine, createLine } from "../../test/cuttable-line.ts";
import { startIdentity, type TestIdentity } from "../../test/identity.ts";
import { passReplayWindow } from "../../test/refresh-window.ts";
import { RelyingParty, signIn } from "../../test/relying-party.ts";

const member = "member@mullion.test";
/** Somewhere within a refresh, which takes some milliseconds. */
const moment = fc.integer({ min: 0, max: 12 });
const instance = fc.nat({ max: 1 });

/** Something that happens; the steps of a round happen at the same time. */
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant("refresh" as const), token: fc.nat(), at: instance }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("lost" as const), token: fc.nat(), at: instance, moment }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("crash" as const), at: instance, moment }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("revoke" as const), token: fc.nat(), at: instance }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("window" as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
const rounds = fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 6 });

describe("refresh tokens at two instances whose connections break", () => {
  let first: TestIdentity;
  let instances: TestIdentity[] = [];
  let lines: CuttableLine[];
  let parties: RelyingParty[];

  beforeAll(async () => {
    lines = await Promise.all([createLine(5432), createLine(5432)]);
    // The issuer's own instance stands aside: it is the one that looks after the others' database.
    first = await startIdentity();
    instances = await Promise.all(
      lines.map((line) => startIdentity({ beside: first, databaseUrl: line.through })),
    );
    parties = await Promise.all(instances.map((identity) => RelyingParty.discover(identity)));
    await first.addUser(member, ["member"]);
    // What is shown is what the statements do, not that Postgres would refuse a second leaf.
    await first.pool.query("drop index refresh_tokens_one_live");
  });
  beforeEach(async () => {
    await first.pool.query("delete from grants");
  });
  afterAll(async () => {
    await Promise.all(instances.map((identity) => identity.close()));
    await first.close();
    await Promise.all(lines.map((line) => line.cut()));
  });

  const partyAt = (at: number): RelyingParty => {
    const party = parties[at];
    if (party === undefined) throw new RangeError("no such instance");
    return party;
  };

  async function freshToken(): Promise<string> {
    const party = await RelyingParty.discover(first);
    return (await signIn(party, member)).refresh_token;
  }

  /** One request; undefined when its answer was lost. */
  async function refresh(
    token: string,
    { at, signal }: { at: number; signal?: AbortSignal },
  ): Promise<{ status: number; next: string | undefined } | undefined> {
    const { server, client, authenticate } = partyAt(at);
    const headers = new Headers();
    const body = new URLSearchParams({ grant_type: "refresh_token", refresh_token: token });
    await authenticate(server, client, body, headers);
    try {
      const response = await fetch(server.token_endpoint ?? "", {
        ...{ method: "POST", headers, body },
        ...(signal === undefined ? {} : { signal }),
      });
      const { refresh_token: next } = (await response.json()) as { refresh_token?: string };
      return { status: response.status, next };
    } catch {
      return undefined;
    }
  }

  async function crash(at: number, afterMs: number): Promise<void> {
    await delay(afterMs);
    await lines[at]?.cut();
    await lines[at]?.mend();
  }

  async function liveLeaves(): Promise<number> {
    const { rows } = await first.pool.query<{ live: number }>(
      `select count(*)::int as live from refresh_tokens t join refresh_families f on f.id = t.family_id
       where t.consumed_at is null and f.revoked_at is null`,
    );
    return rows[0]?.live ?? -1;
  }

  async function play(one: Step, known: readonly string[], found: Set<string>): Promise<void> {
    if (one.kind === "window") return passReplayWindow(first);
    if (one.kind === "crash") return crash(one.at, one.moment);
    const token = known[one.token % known.length] ?? "";
    if (one.kind === "revoke")
      return partyAt(one.at)
        .revoke(token)
        .catch(() => undefined);
    const signal = one.kind === "lost" ? AbortSignal.timeout(one.moment) : undefined;
    const answer = await refresh(token, { at: one.at, ...(signal && { signal }) });
    if (answer?.next !== undefined) found.add(answer.next);
  }

  it("SEC-57 S2.3 never more than one live token in a family, whatever is refreshed, reused, revoked or cut off", async () => {
    await fc.assert(
      fc.asyncProperty(rounds, async (steps) => {
        await first.pool.query("delete from grants");
        const known = new Set([await freshToken()]);
        for (const round of steps) {
          const shown = [...known];
          await Promise.all(round.map((one) => play(one, shown, known)));
          expect(await liveLeaves()).toBeLessThanOrEqual(1);
        }
        // Once the window is over whoever comes with a spent one ends the family.
        await passReplayWindow(first);
        const answers = [];
        for (const token of known) answers.push((await refresh(token, { at: 0 }))?.status);
        expect(answers.filter((status) => status === 200).length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 40 },
    );
  }, 120_000);

  it("SEC-57 a client that repeats what was not answered keeps its sign-in through every crash", async () => {
    const fault = fc.record({ kind: fc.constantFrom("none", "lost", "crash"), at: instance, moment });
    await fc.assert(
      fc.asyncProperty(fc.array(fault, { minLength: 1, maxLength: 12 }), async (faults) => {
        let token = await freshToken();
        for (const { kind, at, moment: afterMs } of faults) {
          const signal = kind === "lost" ? AbortSignal.timeout(afterMs) : undefined;
          const [answer] = await Promise.all([
            refresh(token, { at, ...(signal && { signal }) }),
            kind === "crash" ? crash(at, afterMs) : undefined,
          ]);
          expect([undefined, 200, 503]).toContain(answer?.status);
          let next = answer?.next;
          while (next === undefined) {
            const again = await refresh(token, { at: 1 - at });
            expect([undefined, 200, 503]).toContain(again?.status);
            next = again?.next;
          }
          token = next;
        }
        expect(await liveLeaves()).toBe(1);
        await first.pool.query("delete from grants");
      }),
      { numRuns: 30 },
    );
  }, 120_000);
});
