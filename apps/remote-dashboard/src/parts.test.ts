import { describe, expect, it } from "vitest";
import { arrangeParts, countUp } from "./parts.ts";
import { health, remotes } from "./testing/platform.ts";

describe("parts of the platform", () => {
  it("stand in the order they were pinned, then services, then remotes", () => {
    const ids = arrangeParts(health, remotes, ["remote:admin", "service:gateway"]).map(({ id }) => id);
    expect(ids).toEqual([
      "remote:admin",
      "service:gateway",
      "service:identity",
      "service:registry",
      "remote:user",
    ]);
  });

  it("ignore a pin of a part that is gone", () => {
    expect(arrangeParts(health, remotes, ["service:gone", "remote:user"])[0]?.id).toBe("remote:user");
  });

  it("count as up only when they are: neither degraded services nor remotes with missing files", () => {
    const parts = arrangeParts(health, remotes, []);
    expect([countUp(parts), parts.length]).toEqual([2, 5]);
  });
});
