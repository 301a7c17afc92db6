import { type RemoteList, type Role, remoteManifestSchema, type UserList } from "@mullion/contracts";
import { createBffStub, Pane, type StubbedAnswer } from "@mullion/session/testing";
import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { renderToString } from "react-dom/server";
import { afterEach, describe, expect, it, vi } from "vitest";
import manifest from "../mullion.remote.json" with { type: "json" };
import App from "./app.tsx";

const since = "2026-03-01T10:00:00Z";
const users: UserList = {
  users: [
    {
      id: "user-1",
      email: "ada@mullion.test",
      name: "Ada",
      roles: ["admin"],
      createdAt: since,
      lastSignInAt: since,
    },
    {
      id: "user-2",
      email: "bo@mullion.test",
      name: "Bo",
      roles: ["viewer"],
      createdAt: since,
      lastSignInAt: null,
    },
  ],
};
const release = { publishedAt: since, publishedBy: "mullion-deploy", bytes: 1_250_000 };
const remotes: RemoteList = {
  remotes: [
    {
      name: "user",
      title: "Profile",
      description: "Who you are",
      liveVersion: "0.1.0-bbbbbbbb",
      artifact: "missing",
      promotedAt: since,
      promotedBy: "mullion-deploy",
      versions: [
        { ...release, version: "0.1.0-bbbbbbbb" },
        { ...release, version: "0.1.0-aaaaaaaa" },
      ],
    },
  ],
};
const preferences = {
  displayName: "Ada",
  locale: "en-GB",
  timeZone: "UTC",
  theme: "system",
  emailDigest: false,
};
const everything: Readonly<Record<string, unknown>> = {
  "/identity/users": users,
  "/registry/remotes": remotes,
  "/profile/me": { id: "user-1", email: "ada@mullion.test", preferences, pins: [], updatedAt: null },
};

function setUp(roles: readonly Role[], onWrite: () => StubbedAnswer = () => ({ body: {} })) {
  let list = users;
  const stub = createBffStub(({ method, path, body }) => {
    if (method === "GET") return { body: path === "/identity/users" ? list : everything[path] };
    const answer = onWrite();
    if (method === "PATCH" && (answer.status ?? 200) < 300) {
      const patch = body as { roles: Role[] };
      list = { users: list.users.map((user) => (path.endsWith(user.id) ? { ...user, ...patch } : user)) };
    }
    return answer;
  });
  vi.stubGlobal("fetch", stub.fetch);
  render(
    <Pane roles={roles} initialData={roles.includes("admin") ? everything : {}}>
      <App />
    </Pane>,
  );
  return stub;
}

function roleOf(name: string): HTMLSelectElement {
  return screen.getByRole("combobox", { name: `Role of ${name}` });
}

describe("admin page", () => {
  afterEach(cleanup);

  it("comes complete from the server with the data its manifest asks for", () => {
    const { data, roles } = remoteManifestSchema.parse(manifest).routes[0] ?? {};
    const initialData = Object.fromEntries((data ?? []).map((path) => [path, everything[path]]));
    const html = renderToString(
      <Pane roles={roles ?? []} initialData={initialData}>
        <App />
      </Pane>,
    );
    expect(html).toContain("bo@mullion.test");
    expect(html).toContain("0.1.0-bbbbbbbb");
    expect(html).not.toContain("mu-skeleton");
  });

  it("changes a role and shows it at once", async () => {
    const stub = setUp(["admin"]);
    fireEvent.change(roleOf("Bo"), { target: { value: "member" } });
    await expect.poll(() => roleOf("Bo").value).toBe("member");
    await expect
      .poll(() => stub.calls[0])
      .toEqual({ method: "PATCH", path: "/identity/users/user-2", body: { roles: ["member"] } });
  });

  it("puts the role back and gives the reason in the row when identity refuses", async () => {
    const title = "The last administrator keeps the role.";
    setUp(["admin"], () => ({ status: 409, body: { title, status: 409, code: "last_admin" } }));
    fireEvent.change(roleOf("Ada"), { target: { value: "viewer" } });
    const row = within(screen.getByRole("row", { name: /ada@mullion\.test/u }));
    expect((await row.findByRole("alert")).textContent).toBe(title);
    expect(roleOf("Ada").value).toBe("admin");
  });

  it("lists every published version and marks the live one", () => {
    setUp(["admin"]);
    const versions = screen.getAllByText(/^0\.1\.0-[ab]+$/u, { selector: "li .mu-mono" });
    expect(versions.map((version) => version.parentElement?.textContent)).toEqual([
      "0.1.0-bbbbbbbbLive",
      "0.1.0-aaaaaaaa",
    ]);
    expect(screen.getByText("Missing")).toBeTruthy();
  });

  it("S2.5 ends all sessions of a person after asking, and says how many there were", async () => {
    const stub = setUp(["admin"], () => ({ body: { revoked: 3 } }));
    fireEvent.click(screen.getByRole("button", { name: "Sign out everywhere: Bo" }));
    const question = within(screen.getByRole("dialog", { name: "Sign out Bo everywhere?" }));
    expect(stub.calls).toEqual([]);
    fireEvent.click(question.getByRole("button", { name: "Sign out everywhere" }));
    expect(await screen.findByText("3 sessions ended")).toBeTruthy();
    expect(stub.calls).toEqual([
      { method: "DELETE", path: "/identity/users/user-2/sessions", body: undefined },
    ]);
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("ends nobody's sessions when the question is answered with no, and warns of ending one's own", () => {
    const stub = setUp(["admin"]);
    fireEvent.click(screen.getByRole("button", { name: "Sign out everywhere: Ada" }));
    expect(screen.getByRole("dialog").textContent).toContain("your own account");
    fireEvent.click(screen.getByRole("button", { name: "Cancel" }));
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(stub.calls).toEqual([]);
  });

  it("says in the row why the sessions could not be ended", async () => {
    setUp(["admin"], () => ({
      status: 503,
      body: { title: "Unavailable", status: 503, code: "unavailable" },
    }));
    fireEvent.click(screen.getByRole("button", { name: "Sign out everywhere: Bo" }));
    fireEvent.click(screen.getByRole("button", { name: "Sign out everywhere" }));
    const row = within(screen.getByRole("row", { name: /bo@mullion\.test/u }));
    expect((await row.findByRole("alert")).textContent).toBe("Unavailable");
  });

  it("asks for nothing on behalf of those who may not see it", () => {
    const stub = setUp(["viewer"]);
    expect(screen.getByText("Administrators only")).toBeTruthy();
    expect(stub.calls).toEqual([]);
  });
});
