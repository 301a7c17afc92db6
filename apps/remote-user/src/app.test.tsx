import { type DeviceList, type Profile, remoteManifestSchema } from "@mullion/contracts";
import { createBffStub, Pane, type StubbedAnswer } from "@mullion/session/testing";
import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { renderToString } from "react-dom/server";
import { afterEach, describe, expect, it, vi } from "vitest";
import manifest from "../mullion.remote.json" with { type: "json" };
import App from "./app.tsx";

const profile: Profile = {
  id: "user-1",
  email: "ada@mullion.test",
  preferences: { displayName: "Ada", locale: "en-GB", timeZone: "UTC", theme: "system", emailDigest: false },
  pins: [],
  updatedAt: null,
};

const devices: DeviceList = {
  devices: [
    {
      id: "here",
      current: true,
      userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
      ipAddress: "192.0.2.7",
      createdAt: "2026-03-09T08:00:00Z",
      lastUsedAt: "2026-03-09T10:00:00Z",
      expiresAt: "2026-03-09T20:00:00Z",
    },
  ],
};
const everything: Readonly<Record<string, unknown>> = { "/profile/me": profile, "/session/devices": devices };

function setUp(answer: (body: unknown) => StubbedAnswer | Promise<StubbedAnswer>) {
  let saved = profile;
  const stub = createBffStub(async ({ method, path, body }) => {
    if (method === "GET") return { body: path === "/profile/me" ? saved : everything[path] };
    const result = await answer(body);
    if ((result.status ?? 200) < 300) saved = { ...saved, preferences: body as Profile["preferences"] };
    return result;
  });
  vi.stubGlobal("fetch", stub.fetch);
  render(
    <Pane initialData={everything}>
      <App />
    </Pane>,
  );
  return {
    name: screen.getByRole<HTMLInputElement>("textbox", { name: "Display name" }),
    you: within(screen.getByRole("region", { name: "You" })),
    save: () => fireEvent.click(screen.getByRole("button", { name: "Save preferences" })),
    writes: () => stub.calls.filter(({ method }) => method !== "GET"),
  };
}

describe("profile page", () => {
  afterEach(() => {
    cleanup();
    delete document.documentElement.dataset["theme"];
  });

  it("comes complete from the server with the data its manifest asks for", () => {
    const { data } = remoteManifestSchema.parse(manifest).routes[0] ?? {};
    const initialData = Object.fromEntries((data ?? []).map((path) => [path, everything[path]]));
    const html = renderToString(
      <Pane initialData={initialData}>
        <App />
      </Pane>,
    );
    expect(html).toContain('value="Ada"');
    expect(html).toContain("Firefox on Linux");
    expect(html).not.toContain("mu-skeleton");
  });

  it("shows a saved name before the service has answered", async () => {
    let answer: (value: StubbedAnswer) => void = () => undefined;
    const page = setUp(() => new Promise((resolve) => (answer = resolve)));
    fireEvent.change(page.name, { target: { value: "Countess" } });
    page.save();
    expect(await page.you.findByText("Countess")).toBeTruthy();
    expect(screen.getByRole("status").textContent).toBe("Saving…");
    answer({ body: profile });
    expect(await screen.findByText("Saved")).toBeTruthy();
    expect(page.writes()).toEqual([
      {
        method: "PUT",
        path: "/profile/me/preferences",
        body: { ...profile.preferences, displayName: "Countess" },
      },
    ]);
  });

  it("takes the name back when saving fails, says so beside the button and keeps the edit", async () => {
    const problem = { title: "Upstream timed out", status: 504, code: "upstream_timeout" };
    const page = setUp(() => ({ status: 504, body: problem }));
    fireEvent.change(page.name, { target: { value: "Countess" } });
    page.save();
    expect((await screen.findByRole("alert")).textContent).toBe("Not saved. Upstream timed out");
    expect(page.you.getByText("Ada")).toBeTruthy();
    expect(page.name.value).toBe("Countess");
  });

  it("puts the service's objection to the field it is about", async () => {
    const issues = [{ path: "timeZone", message: "not a time zone" }];
    const page = setUp(() => ({
      status: 400,
      body: { title: "Invalid", status: 400, code: "invalid_body", issues },
    }));
    page.save();
    expect((await screen.findByRole("alert")).textContent).toBe("not a time zone");
    expect(screen.getByRole("combobox", { name: "Time zone" }).getAttribute("aria-invalid")).toBe("true");
  });

  it("sends nothing while the name is empty", async () => {
    const page = setUp(() => ({ body: profile }));
    fireEvent.change(page.name, { target: { value: "  " } });
    page.save();
    expect((await screen.findByRole("alert")).textContent).toBe("Enter a name.");
    expect(page.writes()).toEqual([]);
  });

  it.each([
    ["applies the theme once it is saved", 200, "dark"],
    ["leaves the theme as it is when saving fails", 503, undefined],
  ])("%s", async (_, status, theme) => {
    const page = setUp(() => ({ status, body: { title: "Unavailable", status, code: "unavailable" } }));
    fireEvent.change(screen.getByRole("combobox", { name: "Theme" }), { target: { value: "dark" } });
    page.save();
    expect(await screen.findByText(status === 200 ? "Saved" : /Not saved/u)).toBeTruthy();
    expect(document.documentElement.dataset["theme"]).toBe(theme);
  });

  it("offers to try again when nothing could be loaded, and recovers", async () => {
    let isUp = false;
    const stub = createBffStub(({ path }) =>
      isUp || path !== "/profile/me"
        ? { body: everything[path] }
        : { status: 503, body: { title: "Unavailable", status: 503, code: "unavailable" } },
    );
    vi.stubGlobal("fetch", stub.fetch);
    render(
      <Pane>
        <App />
      </Pane>,
    );
    const retry = await screen.findByRole("button", { name: "Try again" });
    isUp = true;
    fireEvent.click(retry);
    expect(await screen.findByRole("textbox", { name: "Display name" })).toBeTruthy();
  });
});
