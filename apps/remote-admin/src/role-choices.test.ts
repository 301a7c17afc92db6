import { describe, expect, it } from "vitest";
import { roleChoices, toRoles, toValue } from "./role-choices.ts";

describe("choices of roles", () => {
  it("offer each role alone", () => {
    expect(roleChoices(["member"]).map(({ value }) => value)).toEqual([
      "admin",
      "developer",
      "member",
      "viewer",
    ]);
  });

  it("keep several roles held now, so that looking changes nothing", () => {
    const held = ["viewer", "member"] as const;
    const [current] = roleChoices(held);
    expect(current).toEqual({ value: toValue(held), label: "Viewer, Member" });
    expect(toRoles(current?.value ?? "")).toEqual(held);
  });
});
