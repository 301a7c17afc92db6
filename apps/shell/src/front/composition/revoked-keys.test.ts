import type { PlacedVersion } from "@mullion/contracts";
import { createSigningKey } from "@mullion/release-signing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { placeTwo, shownBy, startFront, visit } from "./test-front.ts";
import { startTestRegistry, type TestRegistry } from "./test-registry.ts";

let registry: TestRegistry;

beforeEach(async () => {
  registry = await startTestRegistry();
});
afterEach(() => {
  registry.close();
});

describe("versions that a revoked key signed", () => {
  let second: PlacedVersion;
  beforeEach(async () => {
    [, second] = await placeTwo(registry);
  });

  it("SEC-52 what a revoked key signed is shown no more, live, pinned or on trial; what another key signed goes on", async () => {
    const stolen = await createSigningKey();
    const [old, trial, wiki] = await Promise.all([
      registry.place("billing", "stolen", { delegated: stolen }),
      registry.place("wiki", "stolen", { delegated: stolen }),
      registry.place("wiki", "healthy"),
    ]);
    const canary = { release: trial, percent: 100, salt: "salt-salt" };
    registry.show([{ stable: old }, { stable: wiki, canary }]);
    const front = startFront(registry);
    const before = await visit(front);
    expect(shownBy(before)).toEqual(["billing 1.0.0-stolen stable", "wiki 1.0.0-stolen canary"]);
    await registry.revoke(stolen);
    await expect.poll(async () => shownBy(await visit(front))).toEqual(["wiki 1.0.0-healthy stable"]);
    expect(shownBy(await visit(startFront(registry))), "on a front that starts now").toEqual([
      "wiki 1.0.0-healthy stable",
    ]);
    registry.show([{ stable: second }, { stable: wiki }]);
    const shown = ["billing 1.0.0-second stable", "wiki 1.0.0-healthy stable"];
    await expect.poll(async () => shownBy(await visit(front))).toEqual(shown);
    expect(shownBy(await visit(front, before)), "also to visits that began with it").toEqual(shown);
  });

  it("SEC-52 what a revoked key signed does not take the place of the last good version by another key", async () => {
    const stolen = await createSigningKey();
    const front = startFront(registry);
    expect(shownBy(await visit(front))).toEqual(["billing 1.0.0-first0 stable"]);
    await registry.revoke(stolen);
    const wiki = await registry.place("wiki", "healthy");
    registry.show([
      { stable: await registry.place("billing", "stolen", { delegated: stolen }) },
      { stable: wiki },
    ]);
    await expect
      .poll(async () => shownBy(await visit(front)))
      .toEqual(["billing 1.0.0-first0 stable", "wiki 1.0.0-healthy stable"]);
  });

  it("SEC-52 a version comes back as soon as another key has signed it", async () => {
    const stolen = await createSigningKey();
    registry.show([{ stable: await registry.place("billing", "stolen", { delegated: stolen }) }]);
    const front = startFront(registry);
    expect(shownBy(await visit(front))).toEqual(["billing 1.0.0-stolen stable"]);
    await registry.revoke(stolen);
    await expect.poll(async () => shownBy(await visit(front))).toEqual([]);
    registry.show([{ stable: await registry.place("billing", "stolen") }]);
    await expect.poll(async () => shownBy(await visit(front))).toEqual(["billing 1.0.0-stolen stable"]);
  });
});
