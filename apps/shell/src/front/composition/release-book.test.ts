import type { PlacedRelease } from "@mullion/contracts";
import { createSigningKey, thumbprintOf } from "@mullion/release-signing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testRelease } from "../page/test-release.ts";
import { createReleaseBook, type RefusedVersion, type ReleaseBook } from "./release-book.ts";
import { startTestRegistry, type TestRegistry } from "./test-registry.ts";

interface OpenBook {
  readonly book: ReleaseBook;
  readonly refused: RefusedVersion[];
  /** Versions whose files may be read. */
  readonly readable: Set<string>;
}

describe("the book of verified releases", () => {
  let registry: TestRegistry;
  beforeAll(async () => {
    registry = await startTestRegistry();
  });
  afterAll(() => {
    registry.close();
  });

  const open = (now = Date.now): OpenBook => {
    const refused: RefusedVersion[] = [];
    const readable = new Set<string>();
    const book = createReleaseBook({
      ...{
        rootKeys: registry.rootKeys,
        artifactBases: registry.artifactBases,
        now,
        onRefused: (version) => refused.push(version),
      },
      artifacts: {
        admit: ({ version }: PlacedRelease) => readable.add(version),
        retire: ({ version }: PlacedRelease) => readable.delete(version),
      },
    });
    return { book, refused, readable };
  };

  it("SEC-52 P5 a version re-signed by another team is refused, its files stay unreadable, one alert is recorded", async () => {
    const { book, refused, readable } = open();
    const forged = await registry.place("billing", "forged", { key: await createSigningKey() });
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await expect(book.verify(forged, "channel")).rejects.toMatchObject({ code: "unknown_key" });
    }
    expect(book.find("billing", forged.version)).toBeUndefined();
    expect([...readable]).toEqual([]);
    expect(refused).toEqual([{ remote: "billing", version: forged.version, code: "unknown_key" }]);
  });

  it("SEC-52 a version that verified once does not vouch for other documents under its name", async () => {
    const { book } = open();
    const good = await registry.place("billing", "aaaaaa");
    await book.verify(good, "channel");
    const altered = { ...good, jws: good.jws.replace(/.$/, (last) => (last === "A" ? "Q" : "A")) };
    await expect(book.verify(altered, "channel")).rejects.toMatchObject({ code: "signature_invalid" });
    await expect(book.verify(good, "channel")).resolves.toMatchObject({ version: good.version });
  });

  it.each([
    "http://evil.test/artifacts/billing/1.0.0-placed/",
    "http://files.test/other/billing/1.0.0-placed/",
    "http://files.test/artifacts/billing/1.0.0-placed/x/",
    "http://files.test/artifacts/wiki/1.0.0-placed/",
    "http://files.test/artifacts/x/../../evil/billing/1.0.0-placed/",
    "http://files.test@evil.test/artifacts/billing/1.0.0-placed/",
    "http://a;script-src/artifacts/billing/1.0.0-placed/",
    "mailto:files.test",
    "http://169.254.169.254/artifacts/billing/1.0.0-placed/",
  ])("SEC-52 where files are is not signed: a version at %s is refused", async (baseUrl) => {
    const { book, refused, readable } = open();
    const placed = { ...(await registry.place("billing", "placed")), baseUrl };
    await expect(book.verify(placed, "channel")).rejects.toMatchObject({ code: "artifact_host_refused" });
    expect([...readable]).toEqual([]);
    expect(refused).toEqual([{ remote: "billing", version: "1.0.0-placed", code: "artifact_host_refused" }]);
  });

  it("a version whose delegation has ended is found no more, and verified anew", async () => {
    let now = Date.now();
    const { book, refused } = open(() => now);
    const placed = await registry.place("billing", "bbbbbb");
    await book.verify(placed, "channel");
    expect(book.find("billing", placed.version)).toBeDefined();
    now = Date.parse("2100-01-01T00:00:01Z");
    expect(book.find("billing", placed.version)).toBeUndefined();
    await expect(book.verify(placed, "channel")).rejects.toMatchObject({ code: "delegation_expired" });
    expect(refused).toHaveLength(1);
  });

  it("SEC-52 what a revoked key signed is not used from then on: its files are unreadable, one alert is recorded", async () => {
    const { book, refused, readable } = open();
    const stolen = await createSigningKey();
    const [bad, good] = await Promise.all([
      registry.place("billing", "stolen", { delegated: stolen }),
      registry.place("billing", "aaaaaa"),
    ]);
    await book.verify(bad, "channel");
    await book.verify(good, "channel");
    const fallen = book.revoke(new Set([await thumbprintOf(stolen)]));
    expect([...fallen]).toEqual([`billing@${bad.version}`]);
    expect(book.find("billing", bad.version)).toBeUndefined();
    expect([...readable]).toEqual([good.version]);
    for (const namedBy of ["channel", "override", "channel"] as const) {
      await expect(book.verify(bad, namedBy)).rejects.toMatchObject({ code: "key_revoked" });
    }
    expect(refused).toEqual([{ remote: "billing", version: bad.version, code: "key_revoked" }]);
    expect(book.find("billing", good.version)).toBeDefined();
  });

  it("SEC-55 what only an override named is nobody's past version and adds no scope, until the channel names it", async () => {
    const { book } = open();
    const { manifest } = testRelease({ name: "billing", path: "/billing" });
    const placed = await registry.place("billing", "tested", {
      release: { manifest: { ...manifest, scopes: ["profile:read"] } },
    });
    await book.verify(placed, "override");
    expect(book.find("billing", placed.version)).toBeUndefined();
    expect([...book.scopesOf("billing")]).toEqual([]);
    await book.verify(placed, "channel");
    await book.verify(placed, "override");
    expect(book.find("billing", placed.version)).toBeDefined();
    expect([...book.scopesOf("billing")]).toEqual(["profile:read"]);
  });

  it("P4 what is live stays, of the rest the longest unused is forgotten with its files", async () => {
    const { book, readable } = open();
    const live = await registry.place("billing", "live00");
    await book.verify(live, "channel");
    book.keep(new Set([`billing@${live.version}`]));
    const others = await Promise.all(
      Array.from({ length: 205 }, async (_, index) =>
        registry.place("billing", `n${String(index).padStart(5, "0")}`),
      ),
    );
    for (const placed of others) await book.verify(placed, "channel");
    expect(readable.size).toBe(200);
    expect(readable).toContain(live.version);
    expect(readable).not.toContain(others[0]?.version);
    expect(book.find("billing", live.version)).toBeDefined();
    expect(book.find("billing", others[0]?.version ?? "")).toBeUndefined();
  });
});
