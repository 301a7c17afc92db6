import { request, WebSocket } from "undici";
import type { Benchmark } from "../benchmark.ts";
import { createMetric, type Metric, median } from "../metrics.ts";
import {
  connections,
  type Front,
  headersOf,
  type SessionContext,
  signIn,
  withThreeFronts,
} from "../session-platform.ts";

const logoutRounds = 100;

/** A stream, and when it was closed. */
interface OpenStream {
  readonly closedAt: Promise<number>;
}

/** How soon the streams of a session end everywhere. */
export const signOut: Benchmark = {
  title: "a sign-out at one front closes the streams of the session at two others, 100 rounds",
  run: (say) => withThreeFronts(say, logout),
};

async function openEvents(
  { platform }: SessionContext,
  front: Front,
  sessionId: string,
): Promise<OpenStream> {
  const { statusCode, body } = await request(`${platform.url(front)}/api/bff/insights/live`, {
    headers: headersOf(sessionId),
    dispatcher: connections,
  });
  if (statusCode !== 200) throw new Error(`the event stream answered ${statusCode}: ${await body.text()}`);
  const closed = Promise.withResolvers<number>();
  const onEnd = (): void => {
    closed.resolve(performance.now());
  };
  body.once("close", onEnd).once("error", onEnd).resume();
  return { closedAt: closed.promise };
}

async function openFeed({ platform }: SessionContext, front: Front, sessionId: string): Promise<OpenStream> {
  const opened = Promise.withResolvers<undefined>();
  const closed = Promise.withResolvers<number>();
  const socket = new WebSocket(`${platform.url(front).replace("http", "ws")}/api/bff/insights/feed`, {
    headers: { ...headersOf(sessionId), origin: platform.shellUrl },
  });
  socket.addEventListener("open", () => {
    opened.resolve(undefined);
  });
  socket.addEventListener("close", () => {
    opened.reject(new Error("the WebSocket was refused"));
    closed.resolve(performance.now());
  });
  await opened.promise;
  return { closedAt: closed.promise };
}

async function logout(context: SessionContext): Promise<Metric[]> {
  const { platform, records } = context;
  const original = await signIn(context);
  const times: number[] = [];
  for (let round = 0; round < logoutRounds; round += 1) {
    const sessionId = await records.copy(original);
    const ended = [
      await openEvents(context, "shell-2", sessionId),
      await openFeed(context, "shell-3", sessionId),
      await openEvents(context, "shell-3", sessionId),
    ];
    const { devices } = await listDevices(context, sessionId);
    const current = devices.find((device) => device.current)?.id ?? "";
    const startedAt = performance.now();
    const { statusCode, body } = await request(
      `${platform.url("shell")}/api/bff/session/devices/${current}`,
      { method: "DELETE", headers: headersOf(sessionId), dispatcher: connections },
    );
    await body.dump();
    if (statusCode !== 204) throw new Error(`the sign-out answered ${statusCode}`);
    times.push(Math.max(...(await Promise.all(ended.map(({ closedAt }) => closedAt)))) - startedAt);
  }
  const sorted = times.toSorted((one, other) => one - other);
  return [
    createMetric("logout.streams-closed.p50", median(sorted), "ms"),
    createMetric("logout.streams-closed.p99", sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0, "ms", {
      atMost: 250,
    }),
  ];
}

async function listDevices(
  { platform }: SessionContext,
  sessionId: string,
): Promise<{ devices: { id: string; current: boolean }[] }> {
  const { body } = await request(`${platform.url("shell")}/api/bff/session/devices`, {
    headers: headersOf(sessionId),
    dispatcher: connections,
  });
  return (await body.json()) as { devices: { id: string; current: boolean }[] };
}
