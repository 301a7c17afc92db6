import { type Pins, remoteManifestSchema } from "@mullion/contracts";
import { createBffStub, Pane, type StubbedAnswer } from "@mullion/session/testing";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { renderToString } from "react-dom/server";
import { afterEach, describe, expect, it, vi } from "vitest";
import manifest from "../mullion.remote.json" with { type: "json" };
import App from "./app.tsx";
import { health, profile, remotes } from "./testing/platform.ts";

const everything: Readonly<Record<string, unknown>> = {
  "/insights/health": health,
  "/registry/remotes": remotes,
  "/profile/me": profile,
};

const unavailable: StubbedAnswer = {
  status: 503,
  body: { title: "Unavailable", status: 503, code: "unavailable" },
};

function renderPage(initialData: Readonly<Record<string, unknown>>): void {
  render(
    <Pane initialData={initialData}>
      <App />
    </Pane>,
  );
}

function without(path: string): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(everything).filter(([key]) => key !== path));
}

function tiles(): (string | null)[] {
  return screen.getAllByRole("article").map((tile) => tile.getAttribute("aria-label"));
}

describe("dashboard page", () => {
  afterEach(cleanup);

  it("comes complete from the server with the data its manifest asks for", () => {
    const { data } = remoteManifestSchema.parse(manifest).routes[0] ?? {};
    const initialData = Object.fromEntries((data ?? []).map((path) => [path, everything[path]]));
    const html = renderToString(
      <Pane initialData={initialData}>
        <App />
      </Pane>,
    );
    expect(html).toContain("2 of 5 up.");
    expect(html).not.toContain("mu-skeleton");
  });

  it("says of each part what was measured, and nothing where nothing was", () => {
    renderPage(everything);
    const [identity, , registry, user] = screen.getAllByRole("article").map((tile) => tile.textContent);
    expect(identity).toContain("4 ms");
    expect(registry).toContain("No answer");
    expect(user).toContain("0.1.0-3f9c2a1b");
  });

  it("moves a pinned tile to the front at once and saves the pin", async () => {
    let pins: string[] = [];
    const stub = createBffStub(({ method, path, body }) => {
      if (method === "PUT") ({ pins } = body as Pins);
      return { body: path === "/profile/me" ? { ...profile, pins } : everything[path] };
    });
    vi.stubGlobal("fetch", stub.fetch);
    renderPage(everything);
    fireEvent.click(screen.getByRole("button", { name: "Pin Registry" }));
    await expect.poll(() => tiles()[0]).toBe("Service Registry");
    await expect.poll(() => pins).toEqual(["service:registry"]);
    expect(screen.getByRole("button", { name: "Pin Registry" }).getAttribute("aria-pressed")).toBe("true");
  });

  it("puts the tile back and says so when the pin cannot be saved", async () => {
    const stub = createBffStub(({ method, path }) =>
      method === "PUT" ? unavailable : { body: everything[path] },
    );
    vi.stubGlobal("fetch", stub.fetch);
    renderPage(everything);
    const before = tiles();
    fireEvent.click(screen.getByRole("button", { name: "Pin Registry" }));
    expect((await screen.findByRole("alert")).textContent).toBe("The pin was not saved. Unavailable");
    expect(tiles()).toEqual(before);
  });

  it("shows the remotes while the health of the services cannot be had", async () => {
    vi.stubGlobal("fetch", createBffStub(() => unavailable).fetch);
    renderPage(without("/insights/health"));
    expect((await screen.findByRole("alert")).textContent).toContain(
      "Health of the services could not be loaded",
    );
    expect(tiles()).toEqual(["Remote user", "Remote admin"]);
  });

  it("shows a change of health when the service tells of it, and says that it is live", async () => {
    const recovered = { ...health, parts: health.parts.map((part) => ({ ...part, status: "up" as const })) };
    const stub = createBffStub(({ path }) =>
      path === "/insights/live"
        ? { events: [{ name: "health", data: recovered }] }
        : { body: everything[path] },
    );
    vi.stubGlobal("fetch", stub.fetch);
    renderPage(everything);
    expect(screen.getByText("2 of 5 up.")).toBeTruthy();
    expect(await screen.findByText("4 of 5 up.")).toBeTruthy();
    expect(screen.getByText("Live")).toBeTruthy();
  });

  it("asks every few seconds instead while the stream cannot be had", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const stub = createBffStub(({ path }) =>
      path === "/insights/live" ? unavailable : { body: everything[path] },
    );
    vi.stubGlobal("fetch", stub.fetch);
    renderPage(everything);
    const asked = (): number => stub.calls.filter(({ path }) => path === "/insights/health").length;
    await vi.advanceTimersByTimeAsync(5_100);
    expect(asked()).toBe(1);
    await vi.advanceTimersByTimeAsync(5_100);
    expect(asked()).toBe(2);
    expect(screen.getByText("Every 5 seconds")).toBeTruthy();
    vi.useRealTimers();
  });

  it("lets nobody pin before the saved pins are known", async () => {
    vi.stubGlobal("fetch", createBffStub(() => unavailable).fetch);
    renderPage(without("/profile/me"));
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "Pin Registry" }).disabled).toBe(true);
  });
});
