import type { Device, DeviceList } from "@mullion/contracts";
import { createBffStub, Pane, type StubbedAnswer } from "@mullion/session/testing";
import { createFormatter } from "@mullion/ui";
import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Devices } from "./devices.tsx";

const times = {
  createdAt: "2026-03-09T08:00:00Z",
  lastUsedAt: "2026-03-09T10:00:00Z",
  expiresAt: "2026-03-09T20:00:00Z",
};
const agents = {
  here: "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
  phone:
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36",
  laptop:
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
};
const all = Object.entries(agents).map(
  ([id, userAgent], index): Device => ({
    id,
    userAgent,
    current: index === 0,
    ipAddress: "192.0.2.7",
    ...times,
  }),
);

function setUp(onDelete: (path: string) => StubbedAnswer | Promise<StubbedAnswer> = () => ({})) {
  let list: DeviceList = { devices: all };
  const stub = createBffStub(async ({ method, path }) => {
    if (path.startsWith("/api/"))
      return { body: path.endsWith("csrf") ? { csrfToken: "csrf" } : { url: "/" } };
    if (method === "GET") return { body: list };
    const answer = await onDelete(path);
    if ((answer.status ?? 200) < 300) {
      list = {
        devices: list.devices.filter(
          ({ id, current }) => current || !(path.endsWith("devices") || path.endsWith(id)),
        ),
      };
    }
    return answer;
  });
  vi.stubGlobal("fetch", stub.fetch);
  render(
    <Pane initialData={{ "/session/devices": list }}>
      <Devices format={createFormatter()} />
    </Pane>,
  );
  return {
    writes: () =>
      stub.calls.filter(({ method }) => method !== "GET").map(({ method, path }) => `${method} ${path}`),
  };
}

function names(): (string | null | undefined)[] {
  return screen.getAllByRole("listitem").map((item) => item.querySelector("strong")?.textContent);
}

function answerYes(): void {
  fireEvent.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Sign out" }));
}

describe("devices", () => {
  afterEach(cleanup);

  it("S2.5 are listed with what is known of them, this one first and marked", () => {
    setUp();
    expect(names()).toEqual(["Firefox on Linux", "Chrome on Android", "Chrome on Windows"]);
    const [first] = screen.getAllByRole("listitem");
    expect(first?.textContent).toContain("This device");
    expect(first?.textContent).toContain("9 Mar 2026");
    expect(first?.textContent).toContain("192.0.2.7");
  });

  it("S2.5 go at once when they are signed out, after a question", async () => {
    let answer: (value: StubbedAnswer) => void = () => undefined;
    const { writes } = setUp(() => new Promise((resolve) => (answer = resolve)));
    fireEvent.click(screen.getByRole("button", { name: "Sign out Chrome on Android" }));
    expect(writes()).toEqual([]);
    answerYes();
    await expect.poll(names).toEqual(["Firefox on Linux", "Chrome on Windows"]);
    expect(writes()).toEqual(["DELETE /session/devices/phone"]);
    answer({});
    await expect.poll(names).toEqual(["Firefox on Linux", "Chrome on Windows"]);
  });

  it("come back with the reason beside them when that failed", async () => {
    setUp(() => ({ status: 503, body: { title: "Unavailable", status: 503, code: "store_unavailable" } }));
    fireEvent.click(screen.getByRole("button", { name: "Sign out Chrome on Android" }));
    answerYes();
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toBe("Not signed out. Unavailable");
    expect(alert.closest("li")?.textContent).toContain("Chrome on Android");
    expect(names()).toHaveLength(3);
  });

  it("S2.5 are all signed out but this one, by one request", async () => {
    const { writes } = setUp(() => ({ body: { revoked: 2 } }));
    fireEvent.click(screen.getByRole("button", { name: "Sign out all others" }));
    answerYes();
    expect(await screen.findByText("You are signed in nowhere else")).toBeTruthy();
    expect(names()).toEqual(["Firefox on Linux"]);
    expect(writes()).toEqual(["DELETE /session/devices"]);
  });

  it("say above the list why the others could not be signed out", async () => {
    setUp(() => ({ status: 504, body: { title: "Too late", status: 504, code: "upstream_timeout" } }));
    fireEvent.click(screen.getByRole("button", { name: "Sign out all others" }));
    answerYes();
    expect((await screen.findByRole("alert")).textContent).toBe("The others were not signed out. Too late");
    expect(names()).toHaveLength(3);
  });

  it("sign out nothing when the question is answered with no", () => {
    const { writes } = setUp();
    fireEvent.click(screen.getByRole("button", { name: "Sign out all others" }));
    fireEvent.click(screen.getByRole("button", { name: "Cancel" }));
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(writes()).toEqual([]);
  });

  it("end this session too, the way the account's own sign-out does", async () => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    const { writes } = setUp();
    fireEvent.click(screen.getByRole("button", { name: "Sign out Firefox on Linux" }));
    expect(screen.getByRole("dialog").textContent).toContain("you leave this page");
    answerYes();
    await expect.poll(writes).toEqual(["POST /api/auth/signout"]);
  });
});
