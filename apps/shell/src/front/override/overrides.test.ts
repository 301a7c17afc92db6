import { randomUUID } from "node:crypto";
import type { Override } from "@mullion/contracts";
import { createLogger } from "@mullion/http-service";
import { createSigningKey } from "@mullion/release-signing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createReleaseBook } from "../composition/release-book.ts";
import { overrideOf, startTestRegistry, type TestRegistry } from "../composition/test-registry.ts";
import { overrideCookie, setOverrideCookie } from "./override-cookie.ts";
import { createOverrides, type Overrides } from "./overrides.ts";

const log = createLogger({ name: "test", level: "silent" });

let registry: TestRegistry;
let overrides: Overrides;
let override: Override;

function createFor(allowDevelopment = true): Overrides {
  const book = createReleaseBook({
    ...{ rootKeys: registry.rootKeys, artifactBases: registry.artifactBases },
    artifacts: { admit: () => undefined, retire: () => undefined },
    onRefused: () => undefined,
  });
  return createOverrides({ client: registry.client, book, log, allowDevelopment });
}

beforeEach(async () => {
  registry = await startTestRegistry();
  overrides = createFor();
  override = overrideOf(await registry.place("billing", "tested"), "vera");
  registry.overrides.set(override.id, override);
});
afterEach(() => {
  vi.useRealTimers();
  registry.close();
});

const cookieOf = (...tokens: string[]): { cookie: string } => ({
  cookie: `${overrideCookie}=${tokens.join("~")}`,
});

describe("overrides", () => {
  it("P10 a link's build holds for the person it was issued for", async () => {
    const token = await registry.token({ id: override.id, user: "vera" });
    await expect(overrides.open(token, "vera")).resolves.toMatchObject({
      id: override.id,
      content: { kind: "version", release: { version: "1.0.0-tested" } },
    });
    await expect(overrides.activeFor(cookieOf(token), "vera")).resolves.toHaveLength(1);
  });

  it("SEC-55 a link that expired, was altered, is for another user, another channel or was signed by somebody else is ignored", async () => {
    const claims = { id: override.id, user: "vera" };
    const good = await registry.token(claims);
    const stranger = await startTestRegistry();
    const [header = "", payload = "", signature = ""] = good.split(".");
    const other = Buffer.from(payload, "base64url").toString().replace("vera", "eve1");
    const tokens: Record<string, string> = {
      expired: await registry.token({ ...claims, seconds: -1 }),
      "another user's": await registry.token({ ...claims, user: "eve" }),
      "another channel's": await registry.token({ ...claims, channel: "preview" }),
      "signed elsewhere": await stranger.token(claims),
      "altered payload": `${header}.${Buffer.from(other).toString("base64url")}.${signature}`,
      "altered signature": `${header}.${payload}.${signature.replace(/^./, (first) => (first === "A" ? "B" : "A"))}`,
      "nobody's id": await registry.token({ ...claims, id: randomUUID() }),
      nonsense: "a.b.c",
    };
    stranger.close();
    for (const [what, token] of Object.entries(tokens)) {
      for (const user of ["vera", "eve", "eve1"]) {
        await expect(overrides.open(token, user), `${what}, for ${user}`).resolves.toBeNull();
        await expect(overrides.activeFor(cookieOf(token), user), `${what}, for ${user}`).resolves.toEqual([]);
      }
    }
    await expect(overrides.open(good, "eve")).resolves.toBeNull();
    await expect(overrides.open(good, "vera")).resolves.not.toBeNull();
  });

  it("SEC-52 a build under an override is verified like any other", async () => {
    const forged = await registry.place("billing", "forged", { key: await createSigningKey() });
    const bad = overrideOf(forged, "vera");
    registry.overrides.set(bad.id, bad);
    const token = await registry.token({ id: bad.id, user: "vera" });
    await expect(overrides.open(token, "vera")).resolves.toBeNull();
  });

  it("P10 a revoked override ends within seconds, and the registry is asked once in that time", async () => {
    const token = await registry.token({ id: override.id, user: "vera" });
    for (let page = 0; page < 5; page += 1) await overrides.activeFor(cookieOf(token), "vera");
    expect(registry.asked.filter((path) => path.endsWith(override.id))).toHaveLength(1);
    registry.overrides.delete(override.id);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3_001 });
    await expect(overrides.activeFor(cookieOf(token), "vera")).resolves.toEqual([]);
  });

  it("while the registry is away what the channel shows is shown", async () => {
    const token = await registry.token({ id: override.id, user: "vera" });
    registry.close();
    await expect(overrides.activeFor(cookieOf(token), "vera")).resolves.toEqual([]);
  });

  it("P11 a development server is shown only where the installation permits it", async () => {
    const manifest = {
      ...{
        name: "draft",
        title: "Draft",
        description: "",
        navigation: [],
        scopes: ["profile:read" as const],
      },
      routes: [{ path: "/draft", expose: "./app", roles: [], data: [] }],
    };
    const content = { kind: "development" as const, url: "http://localhost:4000", manifest };
    const development: Override = { ...override, id: randomUUID(), content };
    registry.overrides.set(development.id, development);
    const token = await registry.token({ id: development.id, user: "vera" });
    await expect(overrides.open(token, "vera")).resolves.toMatchObject({ content: { url: content.url } });
    await expect(overrides.scopesOf("draft", cookieOf(token))).resolves.toEqual(["profile:read"]);
    await expect(overrides.scopesOf("billing", cookieOf(token))).resolves.toEqual([]);
    await expect(createFor(false).open(token, "vera")).resolves.toBeNull();
  });

  it("of two links to one remote the newer one counts", async () => {
    const newer = overrideOf(await registry.place("billing", "newer0"), "vera");
    registry.overrides.set(newer.id, newer);
    const tokens = await Promise.all(
      [override, newer].map(async ({ id }) => registry.token({ id, user: "vera" })),
    );
    const active = await overrides.activeFor(cookieOf(...tokens), "vera");
    expect(active.map(({ id }) => id)).toEqual([newer.id]);
  });

  it("SEC-1 SEC-3 the cookie is out of reach of scripts and of other sites, and stays below 4096 bytes", async () => {
    const token = await registry.token({ id: override.id, user: "u".repeat(36) });
    const cookie = setOverrideCookie(Array<string>(9).fill(token), new Date());
    expect(cookie).toMatch(/^__Host-mullion\.override=/);
    for (const attribute of ["Secure", "HttpOnly", "Path=/", "SameSite=Lax"])
      expect(cookie).toContain(attribute);
    expect(cookie).not.toContain("Domain");
    expect(cookie.length).toBeLessThan(4_096);
  });
});
