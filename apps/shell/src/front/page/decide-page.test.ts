import type { Role, SessionView } from "@mullion/contracts";
import { describe, expect, it } from "vitest";
import { createVisit, type VisitRemote } from "../composition/visit.ts";
import type { ActiveOverride } from "../override/active-override.ts";
import { decidePage } from "./decide-page.ts";
import type { PageContext } from "./page-frame.ts";
import { testRelease } from "./test-release.ts";

const sessionOf = (role: Role): SessionView => ({
  user: { id: "u", name: "Vera", email: "vera@mullion.test" },
  roles: [role],
  expiresAt: "2030-01-01T00:00:00.000Z",
  idleExpiresAt: "2029-12-31T12:00:00.000Z",
});

const release = testRelease({ name: "admin", path: "/admin", roles: ["admin"] });
const live: VisitRemote = { kind: "release", release, manifest: release.manifest, reason: "stable" };

function contextOf(role: Role | null, change: Partial<PageContext> = {}, shown = [live]): PageContext {
  const session = role === null ? null : sessionOf(role);
  const visit = createVisit(shown, session?.roles ?? []);
  return { session, visit, overrides: [], channel: "production", mirrors: [], ...change };
}

describe("page decisions", () => {
  it("S4.3 a page is refused on the server to a role that may not open it", () => {
    expect(decidePage("/admin", contextOf("viewer"))).toMatchObject({
      status: 403,
      page: { kind: "notice" },
    });
    expect(decidePage("/admin", contextOf("admin"))).toMatchObject({ status: 200, page: { kind: "remote" } });
  });

  it("SEC-54 P9 what a role may not open never reaches the page: no URL, no version, no navigation entry", () => {
    for (const role of ["viewer", "developer"] as const) {
      const text = JSON.stringify(decidePage("/admin", contextOf(role)));
      for (const secret of [release.baseUrl, release.version, "/admin"]) expect(text).not.toContain(secret);
    }
  });

  it("a visitor is sent to sign in and back to the page", () => {
    expect(decidePage("/admin", contextOf(null))).toEqual({
      kind: "redirect",
      location: "/signin?callbackUrl=%2Fadmin",
    });
  });

  it("an unknown path is 404, for visitors too", () => {
    expect(decidePage("/nothing", contextOf(null))).toMatchObject({ status: 404 });
  });

  it("the start page leads a person to the first page of theirs, and says so when there is none", () => {
    expect(decidePage("/", contextOf("admin"))).toEqual({ kind: "redirect", location: "/admin" });
    expect(decidePage("/", contextOf("viewer"))).toMatchObject({ status: 503 });
    expect(decidePage("/", contextOf(null))).toMatchObject({ status: 200, page: { kind: "start" } });
  });

  it("P8 a remote takes no path of the shell: neither the start page, whatever its entry's place, nor the sign-in", () => {
    const greedy: VisitRemote[] = ["/", "/signin", "/api", "/override-refused"].map((path) => {
      const { manifest, ...rest } = testRelease({ name: `greedy${String(path.length)}`, path });
      const first = { ...manifest, navigation: [{ label: "Mine", path, icon: "box" as const, order: 0 }] };
      return { kind: "release", release: { ...rest, manifest: first }, manifest: first, reason: "stable" };
    });
    const context = contextOf("admin", {}, [...greedy, live]);
    expect(decidePage("/", context)).toEqual({ kind: "redirect", location: "/admin" });
    expect(context.visit.navigation.map(({ path }) => path)).toEqual(["/admin"]);
    expect(context.visit.remotes).toEqual([live]);
    for (const path of ["/signin", "/api"]) expect(decidePage(path, context)).toMatchObject({ status: 404 });
    expect(decidePage("/", contextOf("admin", {}, greedy))).toMatchObject({ status: 503 });
  });

  it("P4 a page carries the composition it belongs to, and what hands it on", () => {
    const context = contextOf("admin");
    expect(decidePage("/admin", context)).toMatchObject({
      page: { visit: { composition: context.visit.composition, pin: "admin@0.1.0-abcdef" } },
    });
  });

  it("P17 developers and administrators see which version of which remote this is and why, nobody else", () => {
    const remotes = [{ remote: "admin", version: "0.1.0-abcdef", reason: "stable" }];
    expect(decidePage("/admin", contextOf("admin"))).toMatchObject({
      page: { devtools: { channel: "production", remotes } },
    });
    expect(decidePage("/nothing", contextOf("developer"))).toMatchObject({
      page: { devtools: { remotes: [] } },
    });
    for (const role of ["member", "viewer", null] as const) {
      expect(decidePage("/nothing", contextOf(role))).toMatchObject({ page: { devtools: null } });
    }
  });

  it("P11 a development server's pane is drawn by the browser only, from its own address", () => {
    const manifest = { ...release.manifest, name: "billing" };
    const url = "http://localhost:4000";
    const override: ActiveOverride = {
      id: "7f9c1b5e-3b1c-4f27-9a41-0a5f7a2d9a11",
      expiresAt: "2030-01-01T00:00:00.000Z",
      content: { kind: "development", url, manifest },
    };
    const shown: VisitRemote = { kind: "development", url, manifest, reason: "override" };
    expect(decidePage("/admin", contextOf("admin", { overrides: [override] }, [shown]))).toMatchObject({
      page: {
        remote: { kind: "development", url },
        serverEntry: null,
        overrides: [{ remote: "billing", shows: { kind: "development", url } }],
      },
    });
  });
});
