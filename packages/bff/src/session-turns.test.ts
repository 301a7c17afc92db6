import type { ServerResponse } from "node:http";
import { apiAudience, defineRoutes } from "@mullion/contracts";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startTestPlatform, type TestPlatform } from "./test-platform.ts";

const turns = 64;
const route = {
  method: "GET",
  auth: "jwt",
  upstream: "profile",
  audience: apiAudience,
  bodyLimitBytes: 0,
} as const;
const routes = defineRoutes([
  { ...route, id: "profile.file", path: "/profile/file", scope: "profile:read", timeoutMs: 10_000 },
  { ...route, id: "profile.brief", path: "/profile/brief", scope: "profile:read", timeoutMs: 300 },
]);

describe("calls of one session", () => {
  let platform: TestPlatform;
  /** Calls that the gateway has not answered. */
  let held: ServerResponse[] = [];
  beforeAll(async () => {
    platform = await startTestPlatform({ routes });
    platform.setGatewayAnswer((_request, response) => {
      held.push(response);
    });
  });
  afterAll(async () => {
    await platform.close();
  });
  beforeEach(() => {
    held = [];
    platform.received.length = 0;
  });

  const answerAll = (): void => {
    for (const response of held.splice(0)) response.writeHead(200).end("done");
  };
  const statusOf = async (response: Promise<Response>): Promise<number> => (await response).status;

  it("those that hang keep nobody else waiting: a session has a part of the connections", async () => {
    const [mine, theirs] = [await platform.signIn(), await platform.signIn()];
    const leaving = new AbortController();
    const hanging = Array.from({ length: 200 }, () =>
      platform.call(mine, "/profile/file", { signal: leaving.signal }).catch(() => null),
    );
    await expect.poll(() => held.length).toBe(turns);
    const other = platform.call(theirs, "/profile/file");
    await expect.poll(() => held.length).toBe(turns + 1);
    held.pop()?.writeHead(200).end("done");
    expect(await statusOf(other)).toBe(200);
    leaving.abort();
    await Promise.all(hanging);
    await expect.poll(() => held.every(({ destroyed }) => destroyed)).toBe(true);
    // Those that never had a turn have left too: the gateway hears of none of them.
    const after = platform.call(mine, "/profile/file");
    await expect.poll(() => platform.received.length).toBe(turns + 2);
    answerAll();
    expect(await statusOf(after)).toBe(200);
    expect(platform.received.length).toBe(turns + 2);
  });

  it("each has its turn when another has ended, and all are answered", async () => {
    const sid = await platform.signIn();
    const answers = Array.from({ length: 100 }, () => platform.call(sid, "/profile/file"));
    await expect.poll(() => held.length).toBe(turns);
    held.pop()?.writeHead(200).end("done");
    await expect.poll(() => platform.received.length).toBe(turns + 1);
    expect(held.length).toBe(turns);
    answerAll();
    await expect.poll(() => held.length).toBe(100 - turns - 1);
    answerAll();
    expect(await Promise.all(answers.map(statusOf))).toEqual(Array.from({ length: 100 }, () => 200));
  });

  it("one that has no turn within its route's time limit is told to come back", async () => {
    const sid = await platform.signIn();
    const hanging = Array.from({ length: turns }, () => platform.call(sid, "/profile/file"));
    await expect.poll(() => held.length).toBe(turns);
    const late = await platform.call(sid, "/profile/brief");
    expect([late.status, late.headers.get("retry-after")]).toEqual([429, "1"]);
    expect(await late.json()).toMatchObject({ code: "too_many_calls" });
    answerAll();
    await Promise.all(hanging);
    const next = platform.call(sid, "/profile/brief");
    await expect.poll(() => held.length).toBe(1);
    answerAll();
    expect(await statusOf(next)).toBe(200);
  });
});
