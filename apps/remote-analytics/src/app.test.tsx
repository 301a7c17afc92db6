import { type NewAnnotation, type Role, remoteManifestSchema, type Summary } from "@mullion/contracts";
import {
  createBffStub,
  createSocketStub,
  Pane,
  type SocketStub,
  type StubbedAnswer,
  type StubbedCall,
} from "@mullion/session/testing";
import { act, cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { renderToString } from "react-dom/server";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import manifest from "../mullion.remote.json" with { type: "json" };
import App from "./app.tsx";
import { panes } from "./testing/panes.ts";
import { profile, summaryOf } from "./testing/summary.ts";

const everything: Readonly<Record<string, unknown>> = {
  "/insights/summary?days=7": summaryOf(7),
  "/insights/panes?minutes=1440": panes,
  "/profile/me": profile,
};

interface SetUp {
  readonly roles?: readonly Role[];
  readonly onPost?: (body: NewAnnotation) => StubbedAnswer;
}

function setUp({ roles = ["member"], onPost = () => ({ status: 201, body: {} }) }: SetUp = {}) {
  let annotations: Summary["annotations"] = [];
  const stub = createBffStub(({ method, path, body }: StubbedCall) => {
    if (method === "GET" && path === "/profile/me") return { body: profile };
    if (method === "GET" && path.startsWith("/insights/panes")) return { body: panes };
    if (method === "GET") return { body: { ...summaryOf(path.endsWith("=30") ? 30 : 7), annotations } };
    const note = body as NewAnnotation;
    const answer = onPost(note);
    if (answer.status === 201) {
      const id = "0197f1e0-0000-7000-8000-000000000001";
      annotations = [{ ...note, id, author: "Ada Lovelace", createdAt: "2026-03-09T10:00:00Z" }];
    }
    return answer;
  });
  vi.stubGlobal("fetch", stub.fetch);
  render(
    <Pane roles={roles} initialData={everything}>
      <App />
    </Pane>,
  );
  const note = screen.queryByRole<HTMLInputElement>("textbox", { name: "Note" });
  const add = (text: string): void => {
    if (note !== null) fireEvent.change(note, { target: { value: text } });
    fireEvent.click(screen.getByRole("button", { name: "Add note" }));
  };
  return { stub, note, add };
}

let feed: SocketStub;

function happened(count: number): void {
  act(() => {
    feed.send({
      type: "requests",
      at: "2026-03-09T10:00:00Z",
      routeId: `route.${String(count)}`,
      statusClass: "2xx",
      count,
      source: "gateway",
    });
  });
}

function feedLines(): (string | null)[] {
  const feed = within(screen.getByRole("log", { name: "Latest events" }));
  return feed.getAllByRole("listitem").map((line) => line.textContent);
}

describe("analytics page", () => {
  beforeEach(() => {
    feed = createSocketStub();
    vi.stubGlobal("WebSocket", feed.WebSocket);
  });
  afterEach(cleanup);

  it("comes complete from the server with the data its manifest asks for", () => {
    const { data } = remoteManifestSchema.parse(manifest).routes[0] ?? {};
    const initialData = Object.fromEntries((data ?? []).map((path) => [path, everything[path]]));
    const html = renderToString(
      <Pane initialData={initialData}>
        <App />
      </Pane>,
    );
    expect(html).toContain("Sign-ins by day");
    expect(html).not.toContain("mu-skeleton");
  });

  it("shows sums of the data and the busiest route first", () => {
    setUp();
    expect(screen.getByText("Failed requests").parentElement?.textContent).toBe(
      "Failed requests5%35 requests",
    );
    const routes = within(screen.getByRole("table", { name: /Routes of the API/u })).getAllByRole(
      "rowheader",
    );
    expect(routes.map((cell) => cell.textContent)).toEqual(["insights.health", "profile.me"]);
  });

  it("asks for the other period when it is chosen", async () => {
    const { stub } = setUp();
    fireEvent.click(screen.getByRole("radio", { name: "30 days" }));
    expect(await screen.findByText("in 30 days")).toBeTruthy();
    expect(stub.calls.map(({ path }) => path)).toContain("/insights/summary?days=30");
  });

  it("draws requests instead of sign-ins on demand", () => {
    setUp();
    fireEvent.click(screen.getByRole("radio", { name: "Requests" }));
    expect(screen.getByRole("group", { name: "Requests by day" })).toBeTruthy();
  });

  it("adds a note to the last day of the data unless another is chosen", async () => {
    const { stub, note, add } = setUp();
    add("Release day");
    expect(await screen.findByText("Release day")).toBeTruthy();
    await expect.poll(() => note?.value).toBe("");
    const posts = stub.calls.filter(({ method }) => method === "POST");
    expect(posts.map(({ body }) => body)).toEqual([{ date: "2026-03-09", text: "Release day" }]);
  });

  it("has a note in the other period too, though that was looked at before", async () => {
    const { add } = setUp();
    fireEvent.click(screen.getByRole("radio", { name: "30 days" }));
    await screen.findByText("in 30 days");
    fireEvent.click(screen.getByRole("radio", { name: "7 days" }));
    await screen.findByText("in 7 days");
    add("Release day");
    await screen.findByText("Release day");
    fireEvent.click(screen.getByRole("radio", { name: "30 days" }));
    await screen.findByText("in 30 days");
    expect(await screen.findByText("Release day")).toBeTruthy();
  });

  it("takes a note back when it cannot be saved, says so and keeps the text", async () => {
    const problem = { title: "Unavailable", status: 503, code: "unavailable" };
    const { note, add } = setUp({ onPost: () => ({ status: 503, body: problem }) });
    add("Release day");
    expect((await screen.findByRole("alert")).textContent).toBe("The note was not saved. Unavailable");
    expect(screen.queryByText("Release day")).toBeNull();
    expect(note?.value).toBe("Release day");
  });

  it("sends no empty note", () => {
    const { stub, add } = setUp();
    add("   ");
    expect(screen.getByRole("alert").textContent).toContain("Write a note");
    expect(stub.calls).toEqual([]);
  });

  it("offers no form to a viewer", () => {
    const { note } = setUp({ roles: ["viewer"] });
    expect(note).toBeNull();
    expect(screen.getByText("Members and administrators can add notes.")).toBeTruthy();
  });

  it("shows what happens as it happens, newest first, the last 50", () => {
    setUp();
    expect(feed.paths).toEqual(["/insights/feed"]);
    act(() => {
      feed.open();
    });
    expect(screen.getByText("Live")).toBeTruthy();
    for (let count = 1; count <= 60; count += 1) happened(count);
    expect(feedLines()).toHaveLength(50);
    expect(feedLines()[0]).toContain("60 × route.60");
  });

  it("holds the feed still while it is paused, says what waits, and catches up", () => {
    setUp();
    happened(1);
    fireEvent.click(screen.getByRole("button", { name: "Pause" }));
    happened(2);
    happened(3);
    expect(feedLines()).toHaveLength(1);
    fireEvent.click(screen.getByRole("button", { name: "Resume (2 new)" }));
    expect(feedLines()).toHaveLength(3);
  });
});
