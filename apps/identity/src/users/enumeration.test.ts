import { performance } from "node:perf_hooks";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Browser } from "../../test/browser.ts";
import { startIdentity, type TestIdentity } from "../../test/identity.ts";
import { beginSignIn } from "../../test/people.ts";
import { RelyingParty } from "../../test/relying-party.ts";

const plenty = { max: 100_000, windowSeconds: 600 };
const samples = 15;
const mostRounds = 4;
const secret = "a long walk in the rain";

describe("the time an answer takes", () => {
  let identity: TestIdentity;
  let shell: RelyingParty;

  beforeAll(async () => {
    identity = await startIdentity({
      limits: {
        authorizePerAddress: plenty,
        signInPerAddress: plenty,
        signInPerAccount: plenty,
        signInPerAccountElsewhere: plenty,
        registerPerAddress: plenty,
        mailPerAddress: plenty,
        mailPerAccount: plenty,
      },
    });
    shell = await RelyingParty.discover(identity);
    for (let n = 0; n <= samples; n += 1)
      await identity.addUser(`known-${String(n)}@mullion.test`, ["member"]);
  });
  afterAll(async () => {
    await identity.close();
  });

  const forms = {
    "sign-in": (email: string) => ({ email, password: "wrong password" }),
    register: (email: string) => ({ name: "Ada", email, password: secret }),
    "forgot-password": (email: string) => ({ email }),
  } as const;

  async function measure(form: keyof typeof forms, email: string): Promise<number> {
    const browser = new Browser();
    const { page } = await beginSignIn(shell, browser);
    const start = performance.now();
    const response = await browser.post(`${page}/${form}`, forms[form](email));
    const elapsed = performance.now() - start;
    expect(response.status).toBe({ "sign-in": 422, register: 303, "forgot-password": 200 }[form]);
    return elapsed;
  }

  function medianOf(values: readonly number[]): number {
    return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
  }

  interface Times {
    readonly known: number[];
    readonly unknown: number[];
  }

  function ratioOf({ known, unknown }: Times): number {
    return medianOf(unknown) / medianOf(known);
  }

  // Taken in turn, and either first by turns, so that whatever else the machine does slows both kinds down alike.
  async function addSamples(form: keyof typeof forms, times: Times, round: number): Promise<void> {
    for (let n = 0; n <= samples; n += 1) {
      const kinds = n % 2 === 0 ? (["known", "unknown"] as const) : (["unknown", "known"] as const);
      for (const kind of kinds) {
        const nobody = `unknown-${String(round)}-${String(n)}@mullion.test`;
        const elapsed = await measure(form, kind === "known" ? `known-${String(n)}@mullion.test` : nobody);
        // The first of each is not counted: what it compiles and connects, the others find done.
        if (n > 0) times[kind].push(elapsed);
      }
    }
  }

  // Noise of a busy machine settles with more samples; a step that only one kind takes stays in all of them.
  async function settledRatio(form: keyof typeof forms, atMost: number): Promise<number> {
    const times: Times = { known: [], unknown: [] };
    for (let round = 0; round < mostRounds; round += 1) {
      await addSamples(form, times, round);
      const found = ratioOf(times);
      if (found > 1 / atMost && found < atMost) return found;
    }
    return ratioOf(times);
  }

  // With one argon2id less, of two at the sign-in form, the ratio is a half; of one at registration, a tenth. Asking for
  // a new password hashes nothing: what one kind does and the other does not would be a transaction.
  it.each([
    ["sign-in", 1.5],
    ["register", 1.5],
    // Some milliseconds in all: what the machine does besides weighs more.
    ["forgot-password", 2],
  ] as const)(
    "SEC-59 %s: is the same for known and unknown addresses",
    async (form, atMost) => {
      const found = await settledRatio(form, atMost);
      expect(found).toBeGreaterThan(1 / atMost);
      expect(found).toBeLessThan(atMost);
    },
    180_000,
  );

  it("SEC-59 a sign-in to an account that only claims its address takes as long beside an owner as without", async () => {
    const times: Record<string, number[]> = { known: [], unknown: [] };
    for (let n = 0; n < 9; n += 1) {
      for (const kind of ["known", "unknown"]) {
        const browser = new Browser();
        const { page } = await beginSignIn(shell, browser);
        const start = performance.now();
        const form = {
          email: `${kind === "known" ? "known" : "unknown-0"}-${String(n + 1)}@mullion.test`,
          password: secret,
        };
        const { status } = await browser.post(`${page}/sign-in`, form);
        times[kind]?.push(performance.now() - start);
        // They registered in the test before.
        expect(status).toBe(303);
      }
    }
    const found = medianOf(times["unknown"] ?? []) / medianOf(times["known"] ?? []);
    expect(found).toBeGreaterThan(0.67);
    expect(found).toBeLessThan(1.5);
  });
});
