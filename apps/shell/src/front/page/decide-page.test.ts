import type { SessionView } from "@mullion/contracts";
import { describe, expect, it } from "vitest";
import type { Composition } from "../composition/composition.ts";
import { decidePage } from "./decide-page.ts";
import { testRelease } from "./test-release.ts";

const session = (role: "admin" | "viewer"): SessionView => ({
  user: { id: "u", name: "Vera", email: "vera@mullion.test" },
  roles: [role],
  expiresAt: "2030-01-01T00:00:00.000Z",
  idleExpiresAt: "2029-12-31T12:00:00.000Z",
});

const release = testRelease({ name: "admin", path: "/admin", roles: ["admin"] });
const composition: Composition = {
  find: (path) => {
    const route = release.manifest.routes.find((candidate) => candidate.path === path);
    return route === undefined ? null : { release, route };
  },
  scopesOf: () => null,
  artifactOrigins: () => [],
  navigationFor: (roles) =>
    roles.includes("admin") ? [{ label: "Admin", path: "/admin", icon: "shield" }] : [],
  known: async () => undefined,
  close: () => undefined,
};

describe("page decisions", () => {
  it("S4.3 a page is refused on the server to a role that may not open it", () => {
    expect(decidePage("/admin", session("viewer"), composition)).toMatchObject({
      status: 403,
      page: { kind: "notice" },
    });
    expect(decidePage("/admin", session("admin"), composition)).toMatchObject({
      status: 200,
      page: { kind: "remote" },
    });
  });

  it("SEC-54 P9 what a role may not open never reaches the page: no URL, no navigation entry", () => {
    const decision = decidePage("/admin", session("viewer"), composition);
    expect(JSON.stringify(decision)).not.toContain(release.baseUrl);
    expect(JSON.stringify(decision)).not.toContain("Admin");
  });

  it("a visitor is sent to sign in and back to the page", () => {
    expect(decidePage("/admin", null, composition)).toEqual({
      kind: "redirect",
      location: "/signin?callbackUrl=%2Fadmin",
    });
  });

  it("an unknown path is 404, for visitors too", () => {
    expect(decidePage("/nothing", null, composition)).toMatchObject({ status: 404 });
  });

  it("the start page leads a person to the first page of theirs, and says so when there is none", () => {
    expect(decidePage("/", session("admin"), composition)).toEqual({ kind: "redirect", location: "/admin" });
    expect(decidePage("/", session("viewer"), composition)).toMatchObject({ status: 503 });
    expect(decidePage("/", null, composition)).toMatchObject({ status: 200, page: { kind: "start" } });
  });
});
