import { randomUUID } from "node:crypto";
import { type PlatformEvent, type Summary, summarySchema } from "@mullion/contracts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createTestService, type TestService } from "./test-service.ts";

const gateway = { sub: "mullion-gateway", client_id: "mullion-gateway", scope: "events:write" };
const reader = {
  sub: "ada",
  name: "Ada Lovelace",
  email: "ada@mullion.test",
  scope: "insights:read insights:write",
};

let service: TestService;

beforeEach(async () => {
  service = await createTestService();
});

afterEach(() => service.close());

function ago(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString();
}

function requests(
  at: string,
  count: number,
  statusClass: "2xx" | "5xx" = "2xx",
  routeId = "profile.me",
): PlatformEvent {
  return { type: "requests", at, routeId, statusClass, count };
}

async function send(events: PlatformEvent[], id: string = randomUUID(), claims = gateway) {
  return service.call("POST", "/insights/events", claims, { id, source: "gateway", events });
}

async function summary(days?: number): Promise<Summary> {
  const query = days === undefined ? "" : `?days=${String(days)}`;
  const response = await service.call("GET", `/insights/summary${query}`, reader);
  expect(response.statusCode).toBe(200);
  return summarySchema.parse(response.json());
}

describe("events", () => {
  it("counts a batch that is sent again once, also when both arrive together", async () => {
    const id = randomUUID();
    const events = [requests(ago(0), 5)];
    const answers = await Promise.all([send(events, id), send(events, id), send(events, id)]);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200]);
    expect((await send(events, id)).json()).toEqual({ counted: 0 });
    expect((await summary()).days.at(-1)).toMatchObject({ requests: 5 });
  });

  it("does not let one client's batch id hide another's batch", async () => {
    const id = randomUUID();
    await send([requests(ago(0), 5)], id);
    await send([requests(ago(0), 7)], id, { ...gateway, client_id: "mullion-identity" });
    expect((await summary()).days.at(-1)).toMatchObject({ requests: 12 });
  });

  it("adds up what several batches say of one hour, concurrently and without loss", async () => {
    const at = ago(0);
    const batches = Array.from({ length: 20 }, (_, n) =>
      send(
        n % 2 === 0 ? [requests(at, 1), requests(at, 2, "5xx")] : [requests(at, 2, "5xx"), requests(at, 1)],
      ),
    );
    expect((await Promise.all(batches)).every(({ statusCode }) => statusCode === 200)).toBe(true);
    expect((await summary()).routes).toEqual([{ routeId: "profile.me", requests: 60, failedRequests: 40 }]);
  });

  it("refuses a batch with one wrong event whole", async () => {
    const wrong = { type: "requests", at: ago(0), routeId: "profile.me", statusClass: "2xx", count: -1 };
    const response = await send([requests(ago(0), 5), wrong as PlatformEvent]);
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ issues: [{ path: "events.1.count" }] });
    expect((await summary()).routes).toEqual([]);
  });

  it("takes a batch of a thousand events", async () => {
    const events = Array.from({ length: 1000 }, (_, n) => requests(ago(0), 1, "2xx", `route.${String(n)}`));
    expect((await send(events)).json()).toEqual({ counted: 1000 });
  });
});

describe("summary", () => {
  it("gives every day asked for, zero where nothing happened, oldest first", async () => {
    const { days, routes, annotations } = await summary(90);
    expect(days).toHaveLength(90);
    expect(days.map(({ date }) => date)).toEqual(days.map(({ date }) => date).toSorted());
    expect(days.at(-1)?.date).toBe(ago(0).slice(0, 10));
    expect(days.every((day) => day.requests === 0 && day.signIns === 0)).toBe(true);
    expect([routes, annotations]).toEqual([[], []]);
  });

  it("counts each event on its UTC day and leaves out those before the window", async () => {
    await send([
      requests(ago(0), 3),
      requests(ago(2), 4),
      requests(ago(2), 1, "5xx"),
      requests(ago(9), 100),
      { type: "signin", at: ago(2), userId: "ada", outcome: "success" },
      { type: "signin", at: ago(2), userId: "ada", outcome: "failure" },
      { type: "signin", at: ago(9), userId: "ada", outcome: "success" },
    ]);
    const { days, routes } = await summary(3);
    expect(days).toEqual([
      { date: ago(2).slice(0, 10), signIns: 1, signInFailures: 1, requests: 5, failedRequests: 1 },
      { date: ago(1).slice(0, 10), signIns: 0, signInFailures: 0, requests: 0, failedRequests: 0 },
      { date: ago(0).slice(0, 10), signIns: 0, signInFailures: 0, requests: 3, failedRequests: 0 },
    ]);
    expect(routes).toEqual([{ routeId: "profile.me", requests: 8, failedRequests: 1 }]);
    expect((await summary()).days).toHaveLength(7);
  });

  it.each(["0", "91", "1.5", "x", "-1"])("refuses days=%s with 400", async (days) => {
    const response = await service.call("GET", `/insights/summary?days=${days}`, reader);
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ code: "invalid_query", issues: [{ path: "days" }] });
  });
});

describe("annotations", () => {
  it("appear in the summary under the name in the author's token", async () => {
    const note = { date: ago(1).slice(0, 10), text: "  Deployed the new sign-in  " };
    const added = await service.call("POST", "/insights/annotations", reader, note);
    expect(added.statusCode).toBe(201);
    expect(added.json()).toMatchObject({ text: "Deployed the new sign-in", author: "Ada Lovelace" });
    expect((await summary()).annotations).toEqual([added.json()]);
    expect((await summary(1)).annotations).toEqual([]);
  });

  it("take a text as text, whatever it looks like", async () => {
    const note = {
      date: ago(0).slice(0, 10),
      text: "<img src=x onerror=alert(1)>'); drop table annotations; --",
    };
    await service.call("POST", "/insights/annotations", reader, note);
    expect((await summary()).annotations[0]?.text).toBe(note.text);
  });

  it.each([
    [{ date: "2999-01-01", text: "later" }, "date"],
    [{ date: "2026-02-30", text: "never" }, "date"],
    [{ date: "2026-01-01", text: "   " }, "text"],
    [{ date: "2026-01-01", text: "x".repeat(141) }, "text"],
  ])("refuse %j", async (note, path) => {
    const response = await service.call("POST", "/insights/annotations", reader, note);
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ issues: [{ path }] });
  });
});
