import { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { type Ask, ask, callHeaders, pick, somebody, type World } from "./world.ts";

/** A request that its sender gives up somewhere between sending it and reading the answer. */
export async function abort(world: World): Promise<void> {
  const given = new AbortController();
  const { cookie } = somebody(world);
  const path = pick([
    "/dashboard",
    "/api/bff/profile/me",
    "/api/bff/insights/summary?days=7",
    "/api/session",
  ]);
  const answered = world.pool
    .request({
      ...{ method: "GET", path, signal: given.signal },
      headers: path.startsWith("/api/bff") ? callHeaders(world, { cookie }) : { cookie },
    })
    .then(async ({ statusCode, body }) => {
      world.tally.answered("abort, too late", statusCode, 200);
      await body.dump();
    })
    .catch((error: unknown) => {
      if (given.signal.aborted) world.tally.answered("abort", 0, 0);
      else world.tally.failed("abort", error);
    });
  await delay(Math.random() * 15);
  given.abort();
  await answered;
}

/** An upload that ends in the middle. */
export async function abortUpload(world: World): Promise<void> {
  const body = Readable.from(
    (async function* () {
      yield Buffer.from('{"pins":["');
      await delay(5 + Math.random() * 15);
      throw new Error("the sender went away");
    })(),
  );
  await world.pool
    .request({
      ...{ method: "PUT", path: "/api/bff/profile/me/pins", body },
      headers: { ...callHeaders(world, somebody(world)), "content-type": "application/json" },
    })
    .then((answer) => {
      world.tally.answered("upload that breaks off", answer.statusCode, 0);
      return answer.body.dump();
    })
    .catch(() => world.tally.answered("upload that breaks off", 0, 0));
}

interface Attack extends Ask {
  readonly name: string;
  readonly status: number;
}

const invented = `__Host-mullion.sid=${"A".repeat(43)}`;

function attacks(world: World): Attack[] {
  const good = callHeaders(world, somebody(world));
  const { "x-mullion-csrf": _csrf, ...withoutCsrf } = good;
  const path = "/api/bff/profile/me";
  const put = { method: "PUT", path: `${path}/pins`, body: '{"pins":[]}' } as const;
  const asJson = { ...good, "content-type": "application/json" };
  return [
    { name: "no session", status: 401, path, headers: { ...good, cookie: "" } },
    { name: "invented session", status: 401, path, headers: { ...good, cookie: invented } },
    {
      ...{ name: "two session cookies", status: 401, path },
      headers: { ...good, cookie: `${good["cookie"] ?? ""}; ${invented}` },
    },
    { name: "no CSRF header", status: 403, path, headers: withoutCsrf },
    { name: "foreign origin", status: 403, ...put, headers: { ...asJson, origin: "https://evil.test" } },
    { name: "cross-site", status: 403, path, headers: { ...good, "sec-fetch-site": "cross-site" } },
    { name: "form body", status: 415, ...put, headers: { ...good, "content-type": "text/plain" } },
    { name: "unknown route", status: 404, path: "/api/bff/profile/all", headers: good },
    { name: "wrong method", status: 405, method: "DELETE", path, headers: good },
    { name: "encoded dots", status: 400, path: "/api/bff/%2e%2e/registry/remotes", headers: good },
    {
      ...{ name: "undeclared scope", status: 403, path: "/api/bff/identity/users" },
      headers: { ...good, "x-mullion-remote": "dashboard" },
    },
    {
      ...{ name: "large body", status: 413, ...put, headers: asJson },
      body: JSON.stringify({ pins: ["x".repeat(100_000)] }),
    },
    {
      ...{ name: "forged logout token", status: 400, method: "POST", path: "/api/auth/backchannel-logout" },
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: "logout_token=a.b.c",
    },
  ];
}

/** A request that must be refused, with the one status that is right for it. */
export async function attack(world: World): Promise<void> {
  const { name, status, ...what } = pick(attacks(world));
  await ask(world, `attack: ${name}`, status, what);
}
