import { identityAudience } from "@mullion/contracts";
import { deviceCodeGrant } from "@mullion/contracts/identity-clients";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Browser } from "../test/browser.ts";
import { type CuttableLine, createLine } from "../test/cuttable-line.ts";
import { clients, password, startIdentity, type TestIdentity } from "../test/identity.ts";
import { decodeClaims, openSignIn, RelyingParty, signIn } from "../test/relying-party.ts";

type Store = "postgres" | "redis";

/** A request, what it is answered with, and the stores it does not work without. */
interface Row {
  name: string;
  send: () => Promise<Response>;
  status: number;
  needs: readonly Store[];
}

const admin = "admin@mullion.test";
const tv = {
  clientId: "tv",
  clientSecret: "tv-secret-tv-secret-tv-secret-tv-secret",
  grantTypes: [deviceCodeGrant, "refresh_token"] as const satisfies string[],
  firstParty: true,
};

describe("every endpoint while a store is gone", () => {
  let identity: TestIdentity;
  let shell: RelyingParty;
  const lines: Record<Store, CuttableLine> = { postgres: undefined as never, redis: undefined as never };

  beforeEach(async () => {
    lines.redis = await createLine(6379);
    lines.postgres = await createLine(5432);
    identity = await startIdentity({
      redisUrl: lines.redis.through,
      databaseUrl: lines.postgres.through,
      extraClients: [tv],
    });
    shell = await RelyingParty.discover(identity);
    await identity.addUser(admin, ["admin"]);
  });
  afterEach(async () => {
    await identity.close();
    await lines.redis.cut();
    await lines.postgres.cut();
  });

  const basicOf = ({ clientId, clientSecret }: { clientId: string; clientSecret: string }): string =>
    `Basic ${btoa(`${clientId}:${clientSecret}`)}`;

  const ask =
    (path: string, headers: Readonly<Record<string, string>> = {}) =>
    (): Promise<Response> =>
      fetch(`${identity.issuer}${path}`, { redirect: "manual", headers });

  const tell =
    (
      path: string,
      fields: Readonly<Record<string, string>>,
      client: typeof clients.shell | typeof tv = clients.shell,
    ) =>
    (): Promise<Response> =>
      fetch(`${identity.issuer}${path}`, {
        method: "POST",
        redirect: "manual",
        headers: { authorization: basicOf(client) },
        body: new URLSearchParams(fields),
      });

  const xsrfIn = (page: string): string => /name="xsrf" value="([^"]+)"/.exec(page)?.[1] ?? "";

  /** Redeems a code that nobody has redeemed yet. */
  async function codeRow(): Promise<Row> {
    const authorization = await shell.authorization();
    const browser = new Browser();
    const form = await openSignIn(browser, authorization);
    const { url } = await browser.follow(await browser.post(form, { email: admin, password }));
    return {
      name: "token: authorization_code",
      send: () => shell.redeem(authorization, url),
      status: 200,
      needs: ["postgres", "redis"],
    };
  }

  async function pageRows(): Promise<Row[]> {
    const waiting = new Browser();
    const authorization = await shell.authorization();
    const form = await openSignIn(waiting, authorization);
    const signedIn = new Browser();
    await signIn(shell, admin, { browser: signedIn });
    const silent = (await shell.authorization("openid", { prompt: "none" }, [])).url;
    const device = new Browser();
    const xsrf = xsrfIn(await (await device.get(`${identity.issuer}/device`)).text());
    const leaving = new Browser();
    await signIn(shell, admin, { browser: leaving });
    const asked = xsrfIn(await (await leaving.get(`${identity.issuer}/session/end`)).text());
    const confirm = `${identity.issuer}/session/end/confirm`;
    return [
      { name: "authorize", send: () => new Browser().get(authorization.url), status: 303, needs: ["redis"] },
      {
        name: "authorize, signed in",
        send: () => signedIn.get(silent),
        status: 303,
        needs: ["postgres", "redis"],
      },
      {
        name: "sign-in page",
        send: () => waiting.get(form.replace(/\/sign-in$/, "")),
        status: 200,
        needs: ["redis"],
      },
      {
        name: "sign-in",
        send: () => waiting.post(form, { email: admin, password }),
        status: 303,
        needs: ["postgres", "redis"],
      },
      {
        name: "enter a code",
        send: () => new Browser().get(`${identity.issuer}/device`),
        status: 200,
        needs: ["postgres"],
      },
      {
        name: "send a code",
        send: () => device.post(`${identity.issuer}/device`, { xsrf, user_code: "BCDF-GHJK" }),
        status: 422,
        needs: ["postgres", "redis"],
      },
      {
        name: "sign out",
        send: () => signedIn.get(`${identity.issuer}/session/end`),
        status: 200,
        needs: ["postgres"],
      },
      {
        name: "sign out, confirmed",
        send: () => leaving.post(confirm, { xsrf: asked, logout: "yes" }),
        status: 303,
        needs: ["postgres"],
      },
    ];
  }

  async function clientRows(): Promise<Row[]> {
    const { refresh_token } = await signIn(shell, admin);
    const other = await signIn(shell, admin);
    const forIdentity = await shell.refreshed(other.refresh_token, identityAudience);
    const ended = await signIn(shell, admin);
    const profile = await signIn(shell, admin, { scope: "openid profile", resources: [] });
    const started = (await (await tell("/device/auth", { scope: "openid" }, tv)()).json()) as {
      device_code: string;
    };
    const pushed = new URL((await shell.authorization("openid", {}, [])).url).searchParams;
    const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
    return [
      { name: "discovery", send: ask("/.well-known/openid-configuration"), status: 200, needs: [] },
      { name: "JWKS", send: ask("/jwks"), status: 200, needs: [] },
      {
        name: "token: client_credentials",
        send: tell("/token", { grant_type: "client_credentials", scope: "registry:read" }),
        status: 200,
        needs: ["postgres"],
      },
      {
        name: "token: refresh_token",
        send: tell("/token", { grant_type: "refresh_token", refresh_token }),
        status: 200,
        needs: ["postgres"],
      },
      {
        name: "token: device_code",
        send: tell("/token", { grant_type: deviceCodeGrant, device_code: started.device_code }, tv),
        status: 400,
        needs: ["redis"],
      },
      { name: "PAR", send: tell("/request", Object.fromEntries(pushed)), status: 201, needs: ["redis"] },
      {
        name: "device authorization",
        send: tell("/device/auth", { scope: "openid" }, tv),
        status: 200,
        needs: ["redis"],
      },
      {
        name: "introspection",
        send: tell("/token/introspection", { token: other.access_token }),
        status: 200,
        needs: ["postgres", "redis"],
      },
      {
        name: "userinfo",
        send: ask("/me", bearer(profile.access_token)),
        status: 200,
        needs: ["postgres", "redis"],
      },
      {
        name: "admin API",
        send: ask("/identity/users", bearer(forIdentity.access_token)),
        status: 200,
        needs: ["postgres", "redis"],
      },
      {
        name: "revocation of a JWT",
        send: tell("/token/revocation", { token: ended.access_token }),
        status: 200,
        needs: ["postgres", "redis"],
      },
      {
        name: "revocation of a refresh token",
        send: tell("/token/revocation", { token: ended.refresh_token }),
        status: 200,
        needs: ["postgres"],
      },
      {
        name: "terminate",
        send: tell("/session/terminate", { sid: String(decodeClaims(ended.id_token)["sid"]) }),
        status: 204,
        needs: ["postgres"],
      },
    ];
  }

  async function stored(): Promise<unknown> {
    const { rows } = await identity.pool.query(
      `select (select count(*) from grants) as grants, (select count(*) from sessions) as sessions,
         (select count(*) from refresh_tokens) as tokens,
         (select count(*) from refresh_tokens where consumed_at is not null) as consumed`,
    );
    return rows[0];
  }

  it.each(["postgres", "redis"] as const)(
    "without %s each answers 503 with Retry-After or does all of its work, and the same request works afterwards",
    async (gone) => {
      const rows = [await codeRow(), ...(await pageRows()), ...(await clientRows())];
      const before = await stored();
      await lines[gone].cut();
      for (const { name, send, needs } of rows.filter((row) => row.needs.includes(gone))) {
        const response = await send();
        expect([name, response.status, needs]).toEqual([name, 503, needs]);
        expect(Number(response.headers.get("retry-after")), name).toBeGreaterThan(0);
        expect(response.headers.get("location"), name).toBeNull();
        const body = await response.text();
        expect(body, name).toMatch(/temporarily_unavailable|unavailable|Back in a moment/);
        expect(body, name).not.toContain("access_token");
      }
      for (const { name, send, status } of rows.filter((row) => row.needs.length === 0)) {
        expect((await send()).status, name).toBe(status);
      }
      await lines[gone].mend();
      await expect
        .poll(async () => (await fetch(`${identity.issuer}/readyz`)).status, { timeout: 10_000 })
        .toBe(200);
      expect(await stored()).toEqual(before);
      for (const { name, send, status } of rows) expect((await send()).status, name).toBe(status);
    },
    60_000,
  );
});
