import type { SignInView, User } from "@mullion/contracts";
import { createBffStub, Pane } from "@mullion/session/testing";
import { createFormatter } from "@mullion/ui";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { PersonSessions } from "./person-sessions.tsx";

const since = "2026-03-01T10:00:00Z";
const user: User = {
  ...{ id: "user-2", email: "bo@mullion.test", name: "Bo", roles: ["viewer"] },
  createdAt: since,
  lastSignInAt: since,
};
const signIn = (id: string, device: string): SignInView => ({
  ...{ id, device, clients: ["mullion-shell"], address: "203.0.113.7" },
  ...{ createdAt: since, lastUsedAt: since, expiresAt: since },
});

describe("sessions of a person", () => {
  afterEach(cleanup);

  it("S2.5 are asked for when they are looked at, and ended one by one", async () => {
    let sessions = [signIn("a", "Firefox on Linux"), signIn("b", "Safari on iPhone")];
    const stub = createBffStub(({ method, path }) => {
      if (method === "GET") return { body: { sessions } };
      sessions = sessions.filter(({ id }) => !path.endsWith(`/${id}`));
      return {};
    });
    vi.stubGlobal("fetch", stub.fetch);
    const { container } = render(
      <Pane roles={["admin"]}>
        <PersonSessions user={user} format={createFormatter(undefined)} />
      </Pane>,
    );
    expect(stub.calls).toEqual([]);
    const details = container.querySelector("details");
    if (details === null) throw new Error("there is nothing to open");
    details.open = true;
    fireEvent(details, new Event("toggle"));
    fireEvent.click(await screen.findByRole("button", { name: "End Firefox on Linux of Bo" }));
    await expect.poll(() => screen.queryByText("Firefox on Linux")).toBeNull();
    expect(screen.getByText("Safari on iPhone")).toBeTruthy();
    expect(stub.calls.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "GET /identity/users/user-2/sessions",
      "DELETE /identity/users/user-2/sessions/a",
      "GET /identity/users/user-2/sessions",
    ]);
  });
});
