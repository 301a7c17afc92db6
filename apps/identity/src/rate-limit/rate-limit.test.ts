import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { Browser } from "../../test/browser.ts";
import { clients, password, startIdentity, type TestIdentity } from "../../test/identity.ts";
import { beginSignIn } from "../../test/people.ts";
import { RelyingParty } from "../../test/relying-party.ts";
import { addressKey, type Limits, limitsEnv, limitsFrom } from "./limits.ts";

const five = { max: 5, windowSeconds: 600 };
const plenty = { max: 100_000, windowSeconds: 600 };

const limits: Partial<Limits> = {
  authorizePerAddress: { max: 150, windowSeconds: 600 },
  tokenPerAddress: { max: 40, windowSeconds: 600 },
  clientFailures: five,
  signInPerAddress: { max: 12, windowSeconds: 600 },
  signInPerAccount: five,
  signInPerAccountElsewhere: { max: 9, windowSeconds: 600 },
  registerPerAddress: five,
  mailPerAddress: { max: 8, windowSeconds: 600 },
  mailPerAccount: five,
  linkPerAddress: five,
};

describe("limits, with two instances that take turns", () => {
  let first: TestIdentity;
  let instances: TestIdentity[];
  let shell: RelyingParty;
  let strangers = 0;

  beforeAll(async () => {
    // Each attempt comes from the address that its test names, as a proxy would say it.
    first = await startIdentity({ limits, trustedProxies: ["127.0.0.1"] });
    instances = [first, await startIdentity({ limits, trustedProxies: ["127.0.0.1"], beside: first })];
    shell = await RelyingParty.discover(first);
  });
  afterAll(async () => {
    for (const identity of instances.toReversed()) await identity.close();
  });

  const at = (turn: number): string => instances[turn % instances.length]?.url ?? "";
  const stranger = (): string => {
    strangers += 1;
    return `198.51.100.${String(strangers)}`;
  };

  /** A form of our own pages, sent from an address to the instance whose turn it is. */
  async function post(
    turn: number,
    path: string,
    fields: Record<string, string>,
    from: string,
    browser = new Browser(),
  ) {
    const headers = { origin: first.issuer, "x-forwarded-for": from };
    return browser.post(`${at(turn)}${path}`, fields, headers);
  }

  /** The pages of a sign-in that was begun from an address that nobody else has. */
  async function begin(): Promise<{ path: string; browser: Browser }> {
    const browser = new Browser();
    const { page } = await beginSignIn(shell, browser);
    return { path: new URL(page).pathname, browser };
  }

  async function signIn(turn: number, email: string, secret: string, from: string): Promise<Response> {
    const { path, browser } = await begin();
    return post(turn, `${path}/sign-in`, { email, password: secret }, from, browser);
  }

  /** Statuses of `times` attempts, one after the other. */
  async function repeat(times: number, attempt: (turn: number) => Promise<Response>): Promise<number[]> {
    const statuses: number[] = [];
    for (let turn = 0; turn < times; turn += 1) statuses.push((await attempt(turn)).status);
    return statuses;
  }

  const passed = (count: number, status: number): number[] => Array.from({ length: count }, () => status);

  it("SEC-60 an account takes so many wrong passwords from one address, then not even the right one from there", async () => {
    const email = "guessed@mullion.test";
    await first.addUser(email, ["member"]);
    const from = stranger();
    expect(await repeat(6, (turn) => signIn(turn, email, "wrong password", from))).toEqual([
      ...passed(5, 422),
      429,
    ]);
    const refused = await signIn(1, email, password, from);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(500);
    // Its owner, anywhere else, notices nothing.
    expect((await signIn(0, email, password, stranger())).status).toBe(303);
  });

  it("SEC-60 guesses from many addresses close an account for strangers, not for where its owner was before", async () => {
    const email = "besieged@mullion.test";
    await first.addUser(email, ["member"]);
    const home = stranger();
    expect((await signIn(0, email, password, home)).status).toBe(303);
    const botnet = Array.from({ length: 9 }, stranger);
    const statuses = await repeat(9, (turn) => signIn(turn, email, "wrong password", botnet[turn] ?? ""));
    // The owner's first sign-in from there was one of the nine.
    expect(statuses).toEqual([...passed(8, 422), 429]);
    expect((await signIn(1, email, password, stranger())).status).toBe(429);
    expect((await signIn(1, email, password, home)).status).toBe(303);
  });

  it("SEC-60 an address takes so many attempts to sign in, whatever the accounts", async () => {
    const from = stranger();
    const attempt = (turn: number): Promise<Response> =>
      signIn(turn, `n${String(turn)}@mullion.test`, "wrong password", from);
    expect(await repeat(13, attempt)).toEqual([...passed(12, 422), 429]);
  });

  it("SEC-60 known and unknown addresses reach the limit after the same number of attempts", async () => {
    await first.addUser("known@mullion.test", ["member"]);
    const [one, other] = await Promise.all(
      ["known@mullion.test", "unknown@mullion.test"].map(async (email) => {
        const from = stranger();
        return repeat(7, (turn) => signIn(turn, email, "wrong password", from));
      }),
    );
    expect(one).toEqual(other);
  });

  it("SEC-60 an address registers so many people, and gets a page that says to wait", async () => {
    const from = stranger();
    const attempt = async (turn: number): Promise<Response> => {
      const { path, browser } = await begin();
      const person = {
        name: "Ada",
        email: `r${String(turn)}@mullion.test`,
        password: "a long walk in the rain",
      };
      return post(turn, `${path}/register`, person, from, browser);
    };
    expect(await repeat(5, attempt)).toEqual(passed(5, 303));
    const refused = await attempt(5);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(500);
    expect(await refused.text()).toContain("Too many attempts");
  });

  it.each(["somebody@mullion.test", "nobody@mullion.test"])(
    "SEC-60 %s is mailed so often, whoever asks, and whether there is an account or not",
    async (email) => {
      if (email.startsWith("somebody")) await first.addUser(email, ["member"]);
      const statuses = await repeat(6, (turn) => post(turn, "/forgot-password", { email }, stranger()));
      expect(statuses).toEqual([...passed(5, 200), 429]);
    },
  );

  it("SEC-60 an address asks for so many mails, whomever for", async () => {
    const from = stranger();
    const attempt = (turn: number): Promise<Response> =>
      post(turn, "/forgot-password", { email: `m${String(turn)}@mullion.test` }, from);
    expect(await repeat(9, attempt)).toEqual([...passed(8, 200), 429]);
  });

  it.each(["/verify-email", "/reset-password", "/change-email", "/undo-email-change"])(
    "SEC-60 an address tries so many links at %s",
    async (path) => {
      const from = stranger();
      const attempt = (turn: number): Promise<Response> => post(turn, path, { token: "invented" }, from);
      expect(await repeat(6, attempt)).toEqual([...passed(5, 410), 429]);
    },
  );

  it("S3.7 SEC-60 an address begins so many sign-ins; a page says when to try again", async () => {
    const from = stranger();
    const { search } = new URL((await shell.authorization()).url);
    const attempt = (turn: number): Promise<Response> =>
      fetch(`${at(turn)}/auth${search}`, { redirect: "manual", headers: { "x-forwarded-for": from } });
    expect(await repeat(150, attempt)).toEqual(passed(150, 303));
    const refused = await attempt(1);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await refused.text()).toContain("Too many attempts");
  });

  it("S3.7 SEC-60 an address asks the token endpoint so often, right or wrong; the answer is OAuth's, with a time", async () => {
    const from = stranger();
    const { clientId, clientSecret } = clients.gateway;
    const attempt = (turn: number): Promise<Response> =>
      fetch(`${at(turn)}/token`, {
        method: "POST",
        headers: {
          authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`,
          "x-forwarded-for": from,
        },
        body: new URLSearchParams({ grant_type: "client_credentials", scope: "events:write" }),
      });
    expect(await repeat(40, attempt)).toEqual(passed(40, 200));
    const refused = await attempt(41);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ error: "temporarily_unavailable" });
    expect((await attempt(40)).status).toBe(429);
  });

  it("S3.7 SEC-60 a client's name takes so many failures, from wherever; the client itself is never locked out", async () => {
    const { clientId, clientSecret } = clients.gateway;
    const attempt = (turn: number, secret = "a guess"): Promise<Response> =>
      fetch(`${at(turn)}/token`, {
        method: "POST",
        headers: {
          authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString("base64")}`,
          "x-forwarded-for": stranger(),
        },
        body: new URLSearchParams({ grant_type: "client_credentials", scope: "events:write" }),
      });
    expect(await repeat(6, attempt)).toEqual([...passed(5, 401), 429]);
    expect((await attempt(0, clientSecret)).status).toBe(200);
    expect((await attempt(1, clientSecret)).status).toBe(200);
  });

  it("what Redis keeps of it names nobody", async () => {
    const keys = await first.redis.keys(`${first.keyPrefix}mullion:identity:limit:*`);
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.join("\n")).not.toMatch(/mullion\.test|198\.51\.100/);
  });
});

describe("without trusted proxies", () => {
  it("SEC-60 a caller cannot choose the address it is counted under", async () => {
    const identity = await startIdentity({ limits: { linkPerAddress: five, mailPerAddress: plenty } });
    const statuses: number[] = [];
    for (let n = 0; n < 6; n += 1) {
      const headers = {
        "x-forwarded-for": `198.51.100.${String(n)}`,
        "x-real-ip": `198.51.100.${String(n)}`,
      };
      statuses.push((await fetch(`${identity.issuer}/verify-email?token=x`, { headers })).status);
    }
    await identity.close();
    expect(statuses).toEqual([410, 410, 410, 410, 410, 429]);
  });
});

describe("an address", () => {
  it.each([
    ["198.51.100.7", "198.51.100.7"],
    ["::ffff:198.51.100.7", "198.51.100.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:db8:1:2::9", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
  ])("%s counts as %s", (address, key) => {
    expect(addressKey(address)).toBe(key);
  });
});

describe("limits by environment", () => {
  it("each has a default and a variable of its own", () => {
    const env = z.object(limitsEnv).parse({ RATE_LIMIT_SIGN_IN_PER_ACCOUNT: "3/60" });
    expect(limitsFrom(env)).toMatchObject({
      signInPerAccount: { max: 3, windowSeconds: 60 },
      signInPerAddress: { max: 100, windowSeconds: 60 },
    });
  });

  it.each(["0/60", "5", "5/0", "-5/60", "many/60", "5/60/1"])("%s is no limit", (value) => {
    expect(z.object(limitsEnv).safeParse({ RATE_LIMIT_MAIL_PER_ACCOUNT: value }).success).toBe(false);
  });
});
