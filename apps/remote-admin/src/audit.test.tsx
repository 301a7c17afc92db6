import type { AuditEntryView, AuditPage } from "@mullion/contracts";
import { createBffStub, Pane } from "@mullion/session/testing";
import { createFormatter } from "@mullion/ui";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Audit } from "./audit.tsx";

const entry = (id: number, action: string): AuditEntryView => ({
  id: String(id),
  at: "2026-03-01T10:00:00Z",
  action,
  user: { id: "1f0a2c9e-3b39-4d86-9a43-6cf6f9a5f3a1", name: id === 1 ? null : "Ada" },
  clientId: "mullion-shell",
  address: "203.0.113.7",
  details: id === 3 ? { roles: ["admin"], user: "Bo" } : {},
});

const answers: Readonly<Record<string, AuditPage>> = {
  "/identity/audit?limit=25": { entries: [entry(3, "user.roles"), entry(2, "signin.success")], next: "2" },
  "/identity/audit?limit=25&before=2": { entries: [entry(1, "signin.failure")], next: null },
  "/identity/audit?limit=25&action=signin": { entries: [entry(2, "signin.success")], next: null },
  "/identity/audit?limit=25&action=key": { entries: [], next: null },
};

function setUp(verification: unknown = { entries: 3, brokenAt: null }) {
  const stub = createBffStub(({ path }) => ({
    body: path === "/identity/audit/verification" ? verification : answers[path],
  }));
  vi.stubGlobal("fetch", stub.fetch);
  render(
    <Pane roles={["admin"]}>
      <Audit format={createFormatter(undefined)} />
    </Pane>,
  );
  return stub;
}

describe("the audit log", () => {
  afterEach(cleanup);

  it("S3.9 shows what happened, by whom and to what", async () => {
    setUp();
    const row = await screen.findByRole("row", { name: /user\.roles/u });
    expect(row.textContent).toContain('roles: ["admin"], user: Bo');
    expect(row.textContent).toContain("Ada");
    expect(row.textContent).toContain("203.0.113.7");
  });

  it("goes to older entries and back; of somebody who has gone it shows the id", async () => {
    setUp();
    await screen.findByRole("row", { name: /user\.roles/u });
    fireEvent.click(screen.getByRole("button", { name: "Older" }));
    const row = await screen.findByRole("row", { name: /signin\.failure/u });
    expect(row.textContent).toContain("1f0a2c9e");
    expect(screen.getByRole("button", { name: "Older" })).toHaveProperty("disabled", true);
    fireEvent.click(screen.getByRole("button", { name: "Newer" }));
    expect(await screen.findByRole("row", { name: /user\.roles/u })).toBeTruthy();
  });

  it("shows entries of one kind, and says when there are none", async () => {
    setUp();
    await screen.findByRole("row", { name: /user\.roles/u });
    fireEvent.change(screen.getByRole("combobox", { name: "Show" }), { target: { value: "signin" } });
    await expect.poll(() => screen.queryByRole("row", { name: /user\.roles/u })).toBeNull();
    expect(screen.getByRole("row", { name: /signin\.success/u })).toBeTruthy();
    fireEvent.change(screen.getByRole("combobox", { name: "Show" }), { target: { value: "key" } });
    expect(await screen.findByText("Nothing of this kind")).toBeTruthy();
  });

  it.each([
    [{ entries: 3, brokenAt: null }, "All 3 entries are as they were written."],
    [{ entries: 3, brokenAt: "2" }, "Entry 2 or the one before it was altered."],
  ])("has the chain checked when asked to: %j", async (verification, verdict) => {
    const stub = setUp(verification);
    await screen.findByRole("row", { name: /user\.roles/u });
    expect(stub.calls.map(({ path }) => path)).toEqual(["/identity/audit?limit=25"]);
    fireEvent.click(screen.getByRole("button", { name: "Check the chain" }));
    expect(await screen.findByText(verdict)).toBeTruthy();
  });
});
