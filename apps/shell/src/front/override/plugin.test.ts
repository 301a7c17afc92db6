import { csrfHeader, type Override, type SessionView } from "@mullion/contracts";
import { createHttpService, createLogger } from "@mullion/http-service";
import type { FastifyInstance } from "fastify";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createReleaseBook } from "../composition/release-book.ts";
import { overrideOf, startTestRegistry, type TestRegistry } from "../composition/test-registry.ts";
import { createOverrides } from "./overrides.ts";
import { overridePlugin } from "./plugin.ts";

const log = createLogger({ name: "test", level: "silent" });
const origin = "http://shell.test";
const view: SessionView = {
  user: { id: "vera", name: "Vera", email: "vera@mullion.test" },
  roles: ["developer"],
  expiresAt: "2030-01-01T00:00:00.000Z",
  idleExpiresAt: "2029-12-31T12:00:00.000Z",
};

let registry: TestRegistry;
let app: FastifyInstance;
let signedIn: boolean;
let override: Override;

beforeEach(async () => {
  registry = await startTestRegistry();
  signedIn = true;
  const book = createReleaseBook({
    ...{ rootKeys: registry.rootKeys, artifactBases: registry.artifactBases },
    artifacts: { admit: () => undefined, retire: () => undefined },
    onRefused: () => undefined,
  });
  app = createHttpService({ name: "test", logger: log });
  await app.register(overridePlugin, {
    origin,
    overrides: createOverrides({ client: registry.client, book, log, allowDevelopment: false }),
    sessions: {
      read: async () => (signedIn ? { sessionId: "sid", view } : { sessionId: null, view: null }),
      use: async () => undefined,
    },
  });
  override = overrideOf(await registry.place("billing", "tested"), "vera");
  registry.overrides.set(override.id, override);
});
afterEach(async () => {
  await app.close();
  registry.close();
});

const cookieIn = (answer: { headers: Record<string, unknown> }): string =>
  String(answer.headers["set-cookie"]).split(";", 1)[0] ?? "";

async function openLink(token: string, cookie = ""): Promise<Awaited<ReturnType<FastifyInstance["inject"]>>> {
  return app.inject({ url: "/override", query: { token }, headers: { cookie } });
}

describe("override links", () => {
  it("P10 a link leads to the build's page, is kept in a cookie, and its use is on record", async () => {
    const token = await registry.token({ id: override.id, user: "vera" });
    const answer = await openLink(token);
    expect(answer.statusCode).toBe(302);
    expect(answer.headers.location).toBe("/billing");
    expect(cookieIn(answer)).toBe(`__Host-mullion.override=${token}`);
    expect(registry.asked).toContain(`POST /registry/overrides/${override.id}/uses`);
  });

  it("a link beside another keeps both, a second one to the same remote replaces the first", async () => {
    const [wiki, newer] = [
      overrideOf(await registry.place("wiki", "tested"), "vera"),
      overrideOf(await registry.place("billing", "newer0"), "vera"),
    ];
    for (const added of [wiki, newer]) registry.overrides.set(added.id, added);
    const [one, two, three] = await Promise.all(
      [override, wiki, newer].map(async ({ id }) => registry.token({ id, user: "vera" })),
    );
    let cookie = cookieIn(await openLink(one ?? ""));
    cookie = cookieIn(await openLink(two ?? "", cookie));
    expect(cookie).toBe(`__Host-mullion.override=${one ?? ""}~${two ?? ""}`);
    cookie = cookieIn(await openLink(three ?? "", cookie));
    expect(cookie).toBe(`__Host-mullion.override=${two ?? ""}~${three ?? ""}`);
  });

  it("SEC-55 a link for somebody else sets nothing, is not on record, and says why nothing is shown", async () => {
    const answer = await openLink(await registry.token({ id: override.id, user: "eve" }));
    expect(answer.headers.location).toBe("/override-refused");
    expect(answer.headers["set-cookie"]).toBeUndefined();
    expect(registry.asked.filter((path) => path.endsWith("/uses"))).toEqual([]);
  });

  it("a visitor signs in first and comes back to the link", async () => {
    signedIn = false;
    const token = await registry.token({ id: override.id, user: "vera" });
    const { location } = (await openLink(token)).headers;
    expect(new URL(String(location), origin).searchParams.get("callbackUrl")).toBe(
      `/override?token=${token}`,
    );
  });

  it("a prefetch opens nothing", async () => {
    const token = await registry.token({ id: override.id, user: "vera" });
    const headers = { "sec-purpose": "prefetch" };
    const answer = await app.inject({ url: "/override", query: { token }, headers });
    expect(answer.statusCode).toBe(425);
    expect(answer.headers["set-cookie"]).toBeUndefined();
  });

  it("leaving clears the cookie, or one of them; a page of another site cannot do it", async () => {
    const wiki = overrideOf(await registry.place("wiki", "tested"), "vera");
    registry.overrides.set(wiki.id, wiki);
    const [one, two] = await Promise.all(
      [override, wiki].map(async ({ id }) => registry.token({ id, user: "vera" })),
    );
    const cookie = cookieIn(await openLink(two ?? "", cookieIn(await openLink(one ?? ""))));
    const leave = async (json: object, headers: Record<string, string>) =>
      app.inject({
        ...{ method: "POST", url: "/api/override/end", payload: JSON.stringify(json) },
        headers: { cookie, "content-type": "application/json", ...headers },
      });
    expect((await leave({}, {})).statusCode).toBe(403);
    expect((await leave({}, { [csrfHeader]: "1", origin: "https://evil.test" })).statusCode).toBe(403);
    const left = await leave({ id: override.id }, { [csrfHeader]: "1", origin });
    expect(left.statusCode).toBe(204);
    expect(cookieIn(left)).toBe(`__Host-mullion.override=${two ?? ""}`);
    const all = await leave({}, { [csrfHeader]: "1", origin });
    expect(String(all.headers["set-cookie"])).toMatch(/^__Host-mullion\.override=;.*Max-Age=0/);
  });
});
