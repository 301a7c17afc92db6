import type { PaneHealth, PaneHealthList, RemoteList, RolloutEvent, RolloutList } from "@mullion/contracts";
import { createBffStub, Pane, type StubbedAnswer } from "@mullion/session/testing";
import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import Rollouts from "./page.tsx";

const at = "2026-03-01T10:00:00Z";
const [stable, trial] = ["1.0.0-aaaaaaaa", "1.1.0-bbbbbbbb"] as const;
type Rollout = RolloutList["rollouts"][number];

const live: Rollout = {
  ...{ remote: "billing", title: "Billing", stable: { version: stable, since: at, by: "ci" }, canary: null },
  events: [],
};
const guard = { minimumLoads: 50, errorRatePoints: 2, slowerPercent: 25 };
const event = (change: Partial<RolloutEvent>): RolloutEvent => ({
  ...{ revision: 3, kind: "canary-aborted", version: trial, percent: null, reason: null, actor: "dana", at },
  ...change,
});

const onTrial: Rollout = {
  ...live,
  canary: { version: trial, percent: 10, guard, since: at, by: "dana" },
  events: [event({ revision: 7, kind: "canary-started", percent: 10 })],
};

const published = { publishedAt: at, publishedBy: "ci", bytes: 10 };
const remotes: RemoteList = {
  remotes: [
    {
      ...{ name: "billing", title: "Billing", description: "", liveVersion: stable, artifact: "complete" },
      ...{ promotedAt: at, promotedBy: "ci" },
      versions: [
        { ...published, version: trial },
        { ...published, version: stable },
      ],
    },
  ],
};
const pane = (version: string, change: Partial<PaneHealth>): PaneHealth => ({
  ...{ remote: "billing", version, shown: 0, failed: 0, errors: 0, loadMs: null, bytes: null },
  vitals: { LCP: null, INP: null, CLS: null, FCP: null, TTFB: null },
  samples: { loadMs: 0, LCP: 0, INP: 0 },
  distributions: { loadMs: [], LCP: [], INP: [] },
  ...change,
});
const panes: PaneHealthList = {
  since: at,
  panes: [pane(stable, { shown: 1_000, loadMs: 120 }), pane(trial, { shown: 80, failed: 20, errors: 8 })],
};

function setUp(first: Rollout, onWrite: () => { answer?: StubbedAnswer; then?: Rollout } = () => ({})) {
  let rollout = first;
  const stub = createBffStub(({ method, path }) => {
    if (method !== "GET") {
      const { answer = { body: {} }, then } = onWrite();
      if (then !== undefined) rollout = then;
      return answer;
    }
    if (path.startsWith("/registry/rollouts"))
      return { body: { channel: "production", revision: 3, rollouts: [rollout] } };
    if (path === "/registry/remotes") return { body: remotes };
    return path.startsWith("/insights/panes") ? { body: panes } : { status: 404 };
  });
  vi.stubGlobal("fetch", stub.fetch);
  render(
    <Pane roles={["developer"]}>
      <Rollouts />
    </Pane>,
  );
  return () => stub.calls.filter(({ method }) => method !== "GET");
}

function press(name: string, inside: HTMLElement = document.body): void {
  fireEvent.click(within(inside).getByRole("button", { name }));
}

describe("rollouts", () => {
  afterEach(cleanup);

  it("P2 a canary is started with a version that is not live and a share of the people", async () => {
    const writes = setUp(live, () => ({ then: onTrial }));
    fireEvent.change(await screen.findByLabelText("Share of the people, in percent"), {
      target: { value: "10" },
    });
    await screen.findByRole("option", { name: trial });
    press("Start the canary");
    expect(await screen.findByText("Canary for 10%")).toBeTruthy();
    expect(writes()).toEqual([
      {
        method: "PUT",
        path: "/registry/rollouts/production/billing/canary",
        body: { version: trial, percent: 10 },
      },
    ]);
  });

  it("P18 both versions show how they fared, side by side", async () => {
    setUp(onTrial);
    const row = await screen.findByRole("row", { name: new RegExp(trial, "u") });
    await expect.poll(() => row.textContent).toContain("20%");
    expect(row.textContent).toContain("10%");
    expect(screen.getByRole("row", { name: new RegExp(stable, "u") }).textContent).toContain("120 ms");
  });

  it.each([
    ["Give it to everybody", "PUT", "stable", { version: trial, after: 7 }],
    ["Abort the canary", "DELETE", "canary", { version: trial, reason: "Aborted in the console" }],
  ])("P2 %s: done after a question, for what was seen", async (name, method, end, body) => {
    const writes = setUp(onTrial, () => ({ then: live }));
    await screen.findByText("Canary for 10%");
    press(name);
    expect(writes()).toEqual([]);
    press(name, screen.getByRole("dialog"));
    expect(await screen.findByText("One version for everybody")).toBeTruthy();
    expect(writes()).toEqual([{ method, path: `/registry/rollouts/production/billing/${end}`, body }]);
  });

  it("P2 a rollback names the version that was seen live, and says why it was refused", async () => {
    const problem = { title: "No version was promoted before", status: 409, code: "nothing_to_roll_back" };
    const writes = setUp(live, () => ({ answer: { status: 409, body: problem } }));
    await screen.findByText("One version for everybody");
    press("Roll back: Billing");
    press("Roll back", screen.getByRole("dialog"));
    expect((await screen.findByRole("alert")).textContent).toBe(`Not rolled back. ${problem.title}`);
    expect(writes()).toMatchObject([{ body: { from: stable } }]);
  });

  it("P7 a canary that was aborted by itself says so, with the reason", async () => {
    const reason = "20 of 100 views failed, 0 of 1,000 of the stable version";
    setUp({ ...live, events: [event({ actor: "guard", reason })] });
    const alert = await screen.findByText(/was aborted by itself/u);
    expect(alert.textContent).toContain(reason);
    expect(alert.textContent).toContain(trial);
  });
});
