import type { PaneSignal } from "@mullion/contracts";
import { paneReportSchema } from "@mullion/contracts";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createSignalQueue } from "./signal-queue.ts";

const signal: PaneSignal = {
  kind: "failed",
  side: "browser",
  code: "remote_unavailable",
  ...{ remote: "billing", version: "1.0.0-abcdef", composition: "c0ffee" },
};

describe("signals of a page", () => {
  let answers: number[];
  let requests: { url: string; init: RequestInit & { readonly body: string } }[];
  const sent = (): number[] =>
    requests.map(({ init }) => paneReportSchema.parse(JSON.parse(init.body)).signals.length);

  beforeEach(() => {
    vi.useFakeTimers();
    [answers, requests] = [[], []];
    vi.stubGlobal("fetch", async (url: string, init: RequestInit & { readonly body: string }) => {
      requests.push({ url, init });
      return new Response(null, { status: answers.shift() ?? 204 });
    });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("P18 go together, with the header that other sites cannot set, and survive that the page is left", async () => {
    const queue = createSignalQueue();
    for (let at = 0; at < 3; at += 1) queue.add(signal);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(sent()).toEqual([3]);
    expect(requests[0]).toMatchObject({
      url: "/api/telemetry",
      init: { method: "POST", keepalive: true, headers: { "x-mullion-csrf": "1" } },
    });
  });

  it("are never more than the shell takes at once", () => {
    const queue = createSignalQueue();
    for (let at = 0; at < 70; at += 1) queue.add(signal);
    queue.flush();
    expect(sent()).toEqual([50, 20]);
  });

  it("wait for a shell that is away; what it refused is not sent again", async () => {
    const queue = createSignalQueue();
    answers = [503, 403];
    queue.add(signal);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent()).toEqual([1, 1]);
  });
});
