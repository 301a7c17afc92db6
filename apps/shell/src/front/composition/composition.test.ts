import { randomUUID } from "node:crypto";
import type { PlacedVersion } from "@mullion/contracts";
import { createSigningKey } from "@mullion/release-signing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ActiveOverride } from "../override/active-override.ts";
import { testRelease } from "../page/test-release.ts";
import type { Composition } from "./composition.ts";
import { openBook, placeTwo, shownBy, startFront, viewOf, visit } from "./test-front.ts";
import { startTestRegistry, type TestRegistry } from "./test-registry.ts";
import { versionOf } from "./visit.ts";
import { parsePin } from "./visit-pin.ts";

let registry: TestRegistry;

beforeEach(async () => {
  registry = await startTestRegistry();
});
afterEach(() => {
  registry.close();
});

describe("versions of a visit", () => {
  let first: PlacedVersion;
  let second: PlacedVersion;
  beforeEach(async () => {
    [first, second] = await placeTwo(registry);
  });

  it("P4 a visit keeps its versions across a promotion, while new visits see the new one", async () => {
    const front = startFront(registry);
    const before = await visit(front);
    registry.show([{ stable: second }]);
    await expect.poll(async () => shownBy(await visit(front))).toEqual(["billing 1.0.0-second stable"]);
    const next = await visit(front, before);
    expect(shownBy(next)).toEqual(["billing 1.0.0-first0 pinned"]);
    expect(next.composition).toBe(before.composition);
  });

  it("P4 a front that never saw a visit's versions finds them at the registry, once", async () => {
    const before = await visit(startFront(registry));
    registry.show([{ stable: second }]);
    const other = startFront(registry);
    await other.known(2_000);
    for (let page = 0; page < 3; page += 1) {
      expect(shownBy(await visit(other, before))).toEqual(["billing 1.0.0-first0 pinned"]);
    }
    expect(registry.asked.filter((path) => path.endsWith(`/versions/${first.version}`))).toHaveLength(1);
  });

  it("P2 a withdrawn version is left by the visits that are pinned to it", async () => {
    const front = startFront(registry);
    const before = await visit(front);
    registry.show([{ stable: second }], [`billing@${first.version}`]);
    await expect
      .poll(async () => shownBy(await visit(front, before)))
      .toEqual(["billing 1.0.0-second stable"]);
  });

  it("a pin to what was never live shows what is live, and asks for it no more than now and then", async () => {
    const front = startFront(registry);
    await front.known(2_000);
    const pin = new Map([["billing", "9.9.9-invented"]]);
    for (let page = 0; page < 5; page += 1) {
      const { remotes } = await front.visit({ view: viewOf("u"), pin, overrides: [] });
      expect(remotes[0]).toMatchObject({ reason: "stable" });
    }
    expect(registry.asked.filter((path) => path.includes("/versions/"))).toHaveLength(1);
  });

  it("SEC-54 a pin opens no page that the version now live closes to the person, and stays for everybody else", async () => {
    const front = startFront(registry);
    const before = await visit(front);
    const routes = [{ path: "/billing", expose: "./app", roles: ["admin" as const], data: [] }];
    const manifest = { ...testRelease({ name: "billing", path: "/billing" }).manifest, routes };
    registry.show([{ stable: await registry.place("billing", "closed", { release: { manifest } }) }]);
    await expect.poll(async () => shownBy(await visit(front))).toEqual([]);
    const next = await visit(front, before);
    expect(shownBy(next)).toEqual([]);
    expect(next.find("/billing")?.route.roles).toEqual(["admin"]);
    const pin = parsePin(before.pin);
    const admins = await front.visit({ view: viewOf("u", ["admin"]), pin, overrides: [] });
    expect(shownBy(admins)).toEqual(["billing 1.0.0-first0 pinned"]);
  });

  it("P2 a pin to a version on trial lets nobody into the trial", async () => {
    registry.show([{ stable: first, canary: { release: second, percent: 50, salt: "salt-of-this-canary" } }]);
    const front = startFront(registry);
    await front.known(2_000);
    const pin = new Map([["billing", second.version]]);
    const reasons = new Set<string>();
    for (const id of ["user-1", "user-2", "user-3", "user-4", "user-5", "user-6"]) {
      const byRollout = shownBy(await visit(front, undefined, id));
      const { remotes } = await front.visit({ view: viewOf(id), pin, overrides: [] });
      expect(remotes.map((shown) => `${shown.manifest.name} ${versionOf(shown)} ${shown.reason}`)).toEqual(
        byRollout,
      );
      for (const { reason } of remotes) reasons.add(reason);
    }
    expect(reasons).toEqual(new Set(["stable", "canary"]));
  });

  it("SEC-55 what an override shows is in no pin, and a pin to it shows what is live, also on the front that verified it", async () => {
    const book = openBook(registry);
    const front = startFront(registry, book);
    await front.known(2_000);
    const release = await book.verify(second, "override");
    const override: ActiveOverride = {
      ...{ id: randomUUID(), expiresAt: "2030-01-01T00:00:00.000Z" },
      content: { kind: "version", release },
    };
    const under = await front.visit({ view: viewOf("u"), pin: null, overrides: [override] });
    expect(shownBy(under)).toEqual(["billing 1.0.0-second override"]);
    expect(under.pin).toBe("");
    const pin = new Map([["billing", second.version]]);
    const after = await front.visit({ view: viewOf("u"), pin, overrides: [] });
    expect(shownBy(after)).toEqual(["billing 1.0.0-first0 stable"]);
    await expect(front.mayHaveShown(viewOf("u"), "billing", second.version)).resolves.toBe(false);
  });

  it("P2 over 10,000 users a canary of 50 % splits within 2 points, everybody keeps theirs on every front, and more percent lose nobody", async () => {
    const canary = { release: second, percent: 50, salt: "salt-of-this-canary" };
    registry.show([{ stable: first, canary }]);
    const [one, other] = [startFront(registry), startFront(registry)];
    await Promise.all([one.known(2_000), other.known(2_000)]);
    const users = Array.from({ length: 10_000 }, (_, index) => `user-${String(index)}`);
    const inCanary = async (front: Composition): Promise<Set<string>> => {
      const visits = await Promise.all(
        users.map(async (id) => front.visit({ view: viewOf(id), pin: null, overrides: [] })),
      );
      return new Set(users.filter((_, index) => visits[index]?.remotes[0]?.reason === "canary"));
    };
    const [chosen, alsoChosen] = [await inCanary(one), await inCanary(other)];
    expect(Math.abs(chosen.size - 5_000)).toBeLessThanOrEqual(200);
    expect(alsoChosen).toEqual(chosen);
    registry.show([{ stable: first, canary: { ...canary, percent: 60 } }]);
    await expect
      .poll(async () => (await inCanary(one)).size, { timeout: 10_000 })
      .toBeGreaterThan(chosen.size);
    const grown = await inCanary(one);
    expect([...chosen].filter((user) => !grown.has(user))).toEqual([]);
  });

  it("SEC-52 a version that does not verify is not used: the last good one goes on, a remote without one is not shown", async () => {
    const front = startFront(registry);
    expect(shownBy(await visit(front))).toEqual(["billing 1.0.0-first0 stable"]);
    const stranger = await createSigningKey();
    const [forged, unknown, healthy] = await Promise.all([
      registry.place("billing", "forged", { key: stranger }),
      registry.place("reports", "forged", { key: stranger }),
      registry.place("wiki", "healthy"),
    ]);
    registry.show([{ stable: forged }, { stable: unknown }, { stable: healthy }]);
    await expect
      .poll(async () => shownBy(await visit(front)))
      .toEqual(["billing 1.0.0-first0 stable", "wiki 1.0.0-healthy stable"]);
  });

  it("SEC-52 files in a place that is not allowed keep their version away, and no other", async () => {
    const front = startFront(registry);
    await front.known(2_000);
    const healthy = await registry.place("wiki", "healthy");
    const elsewhere = [
      { ...second, baseUrl: "http://evil.test/" },
      { ...(await registry.place("reports", "nowhere")), baseUrl: "mailto:files.test" },
    ];
    registry.show([...elsewhere, healthy].map((stable) => ({ stable })));
    await expect
      .poll(async () => shownBy(await visit(front)))
      .toEqual(["billing 1.0.0-first0 stable", "wiki 1.0.0-healthy stable"]);
  });

  it("SEC-52 a version that was rolled back does not go on, also when what it was rolled back to does not verify", async () => {
    const front = startFront(registry);
    await front.known(2_000);
    const [forged, healthy] = await Promise.all([
      registry.place("billing", "forged", { key: await createSigningKey() }),
      registry.place("wiki", "healthy"),
    ]);
    registry.show([{ stable: forged }, { stable: healthy }], [`billing@${first.version}`]);
    await expect.poll(async () => shownBy(await visit(front))).toEqual(["wiki 1.0.0-healthy stable"]);
  });

  it("SEC-52 when a delegation ends, what is live goes on where it is shown; no new front shows it, and no pin", async () => {
    let now = Date.now();
    const front = startFront(
      registry,
      openBook(registry, () => now),
    );
    const [ending, healthy] = await Promise.all([
      registry.place("billing", "ending", { expiresAt: new Date(now + 3_600_000).toISOString() }),
      registry.place("wiki", "healthy"),
    ]);
    registry.show([{ stable: ending }]);
    await expect.poll(async () => shownBy(await visit(front))).toEqual(["billing 1.0.0-ending stable"]);
    const before = await visit(front);
    now += 3_600_001;
    registry.show([{ stable: ending }, { stable: healthy }]);
    const goesOn = ["billing 1.0.0-ending stable", "wiki 1.0.0-healthy stable"];
    await expect.poll(async () => shownBy(await visit(front))).toEqual(goesOn);
    await expect(front.mayHaveShown(viewOf("u"), "billing", ending.version)).resolves.toBe(true);
    const fresh = startFront(
      registry,
      openBook(registry, () => now),
    );
    expect(shownBy(await visit(fresh))).toEqual(["wiki 1.0.0-healthy stable"]);
    registry.show([{ stable: second }]);
    await expect
      .poll(async () => shownBy(await visit(front, before)))
      .toEqual(["billing 1.0.0-second stable"]);
    await expect(front.mayHaveShown(viewOf("u"), "billing", ending.version)).resolves.toBe(false);
  });

  it("SEC-52 a canary that does not verify is shown to nobody", async () => {
    const forged = await registry.place("billing", "forged", { key: await createSigningKey() });
    registry.show([{ stable: first, canary: { release: forged, percent: 100, salt: "salt-salt" } }]);
    expect(shownBy(await visit(startFront(registry)))).toEqual(["billing 1.0.0-first0 stable"]);
  });

  it("P7 only those who are in a trial may report on it", async () => {
    const canary = { release: second, percent: 50, salt: "salt-of-this-canary" };
    registry.show([{ stable: first, canary }]);
    const front = startFront(registry);
    await front.known(2_000);
    for (const id of ["user-1", "user-2", "user-3", "user-4", "user-5", "user-6"]) {
      const isIn = (await visit(front, undefined, id)).remotes[0]?.reason === "canary";
      await expect(front.mayHaveShown(viewOf(id), "billing", second.version)).resolves.toBe(isIn);
    }
    await expect(front.mayHaveShown(viewOf("u"), "billing", first.version)).resolves.toBe(true);
    await expect(front.mayHaveShown(viewOf("u"), "billing", "9.9.9-invented")).resolves.toBe(false);
    await expect(front.mayHaveShown(viewOf("u"), "nothing", first.version)).resolves.toBe(false);
  });
});
