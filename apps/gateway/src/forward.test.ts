import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { apiAudience, apiRoutes, problemSchema, type ServiceRoute, serviceRoutes } from "@mullion/contracts";
import { freePort } from "@mullion/testing";
import { request as send } from "undici";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  createTestGateway,
  createTestUpstream,
  type TestGateway,
  type TestGatewayOptions,
} from "./test-gateway.ts";

const megabyte = Buffer.alloc(1024 * 1024, "x");
const bulk: ServiceRoute = {
  id: "test.bulk",
  method: "PUT",
  path: "/bulk",
  upstream: "profile",
  scope: "profile:write",
  timeoutMs: 60_000,
  bodyLimitBytes: 512 * 1024 * 1024,
  accepts: ["application/json"],
  auth: "jwt",
  audience: apiAudience,
  transport: "http",
  retries: 0,
  ratePerMinute: null,
};
const hasty: ServiceRoute = { ...bulk, id: "test.hasty", method: "POST", path: "/hasty", timeoutMs: 100 };

async function setUp(options: TestGatewayOptions = {}): Promise<TestGateway & { authorization: string }> {
  const gateway = await createTestGateway({
    routes: [...serviceRoutes(apiRoutes), bulk, hasty],
    ...options,
  });
  onTestFinished(() => gateway.close());
  return { ...gateway, authorization: await gateway.bearer() };
}

/** The next exchange at the upstream, left to the test to answer. */
function nextExchange({ upstream }: TestGateway) {
  const exchange = Promise.withResolvers<{ request: IncomingMessage; response: ServerResponse }>();
  upstream.handle = (request, response) => {
    exchange.resolve({ request, response });
  };
  return exchange.promise;
}

async function problemOf(response: Response): Promise<{ status: number; code: string }> {
  expect(response.headers.get("content-type")).toMatch(/^application\/problem\+json/);
  const { status, code } = problemSchema.parse(await response.json());
  expect(response.status).toBe(status);
  return { status, code };
}

function countedMegabytes(total: number): { stream: Readable; produced: () => number } {
  let produced = 0;
  function* chunks(): Generator<Buffer> {
    for (; produced < total; produced += 1) yield megabyte;
  }
  return { stream: Readable.from(chunks(), { objectMode: false }), produced: () => produced };
}

/** Resolves when a count has stopped to grow. */
async function settled(count: () => number): Promise<void> {
  let last = -1;
  const unchanged = (): boolean => {
    const same = last > 0 && last === count();
    last = count();
    return same;
  };
  await expect.poll(unchanged, { interval: 200, timeout: 10_000 }).toBe(true);
}

describe("streaming", () => {
  it("the first byte of an answer arrives before its last is written", async () => {
    const gateway = await setUp();
    const exchange = nextExchange(gateway);
    const headers = { authorization: gateway.authorization };
    const answer = send(`${gateway.url}/profile/me`, { method: "GET", headers });
    const { response } = await exchange;
    response.writeHead(200, { "content-type": "text/plain" }).write("first");
    const { body } = await answer;
    expect(String(((await once(body, "data")) as [Buffer])[0])).toBe("first");
    response.end("last");
    expect(String(((await once(body, "data")) as [Buffer])[0])).toBe("last");
  });

  it("the first byte of a request arrives before its last is sent", async () => {
    const gateway = await setUp();
    const exchange = nextExchange(gateway);
    const body = new Readable({ read: () => undefined });
    body.push("first");
    const headers = { authorization: gateway.authorization };
    const answer = send(`${gateway.url}/bulk`, { method: "PUT", headers, body });
    const { request, response } = await exchange;
    expect(String(((await once(request, "data")) as [Buffer])[0])).toBe("first");
    body.push(null);
    await once(request.resume(), "end");
    response.end();
    expect((await answer).statusCode).toBe(200);
  });

  it("an answer is taken from the service no faster than the caller reads it", async () => {
    const gateway = await setUp();
    const source = countedMegabytes(256);
    gateway.upstream.handle = (_request, response) => {
      source.stream.pipe(response);
    };
    const headers = { authorization: gateway.authorization };
    const { body } = await send(`${gateway.url}/profile/me`, { method: "GET", headers });
    await settled(source.produced);
    expect(source.produced()).toBeLessThan(64);
    let bytes = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) bytes += chunk.length;
    expect(bytes).toBe(256 * megabyte.length);
  });

  it("a body is taken from the caller no faster than the service reads it", async () => {
    const gateway = await setUp();
    const source = countedMegabytes(256);
    const exchange = nextExchange(gateway);
    const headers = { authorization: gateway.authorization };
    const answer = send(`${gateway.url}/bulk`, { method: "PUT", headers, body: source.stream });
    const { request, response } = await exchange;
    await settled(source.produced);
    expect(source.produced()).toBeLessThan(64);
    let bytes = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) bytes += chunk.length;
    response.end();
    expect((await answer).statusCode).toBe(200);
    expect(bytes).toBe(256 * megabyte.length);
  });

  it.each(["before", "after"])(
    "ends the exchange with the service when the caller leaves %s the answer began",
    async (when) => {
      const gateway = await setUp();
      const exchange = nextExchange(gateway);
      const leaving = new AbortController();
      const headers = { authorization: gateway.authorization };
      const answer = fetch(`${gateway.url}/profile/me`, { headers, signal: leaving.signal });
      const left = answer.then(
        () => "answered",
        () => "aborted",
      );
      const { response } = await exchange;
      const closed = once(response, "close");
      if (when === "after") {
        response.writeHead(200).write("x");
        await (await answer).body?.getReader().read();
      }
      leaving.abort();
      await closed;
      expect(response.writableFinished).toBe(false);
      expect(await left).toBe(when === "after" ? "answered" : "aborted");
    },
  );
});

describe("limits", () => {
  it("refuses an announced body above the route's limit before it asks the service", async () => {
    const gateway = await setUp();
    const headers = { authorization: gateway.authorization, "content-type": "application/json" };
    const body = "x".repeat(16_385);
    const response = await fetch(`${gateway.url}/profile/me/pins`, { method: "PUT", headers, body });
    expect(await problemOf(response)).toEqual({ status: 413, code: "body_too_large" });
    expect(gateway.upstream.received).toEqual([]);
  });

  it("cuts a body of unannounced length off at the limit", async () => {
    const gateway = await setUp();
    let passed = 0;
    gateway.upstream.handle = (request, response) => {
      request.on("data", (chunk: Buffer) => {
        passed += chunk.length;
      });
      request.on("end", () => response.end());
      request.on("error", () => undefined);
    };
    const headers = { authorization: gateway.authorization };
    function* body(): Generator<string> {
      for (let n = 0; n < 100; n += 1) yield "x".repeat(1000);
    }
    const response = await send(`${gateway.url}/profile/me/pins`, {
      method: "PUT",
      headers,
      body: Readable.from(body()),
    });
    expect(response.statusCode).toBe(413);
    expect(await response.body.json()).toMatchObject({ code: "body_too_large" });
    expect(passed).toBeLessThanOrEqual(16_384);
  });

  it("takes no body where the route has none", async () => {
    const gateway = await setUp();
    const headers = { authorization: gateway.authorization };
    const response = await send(`${gateway.url}/profile/me`, { method: "GET", headers, body: "{}" });
    expect(response.statusCode).toBe(413);
    expect(gateway.upstream.received).toEqual([]);
  });
});

describe("a service in trouble", () => {
  it("that is down gets the caller a 502, and works again as soon as it is back", async () => {
    const spare = await freePort();
    const gateway = await setUp({ upstreamUrl: `http://127.0.0.1:${String(spare)}` });
    const read = () =>
      fetch(`${gateway.url}/profile/me`, { headers: { authorization: gateway.authorization } });
    expect(await problemOf(await read())).toEqual({ status: 502, code: "upstream_unreachable" });
    const upstream = await createTestUpstream(spare);
    onTestFinished(() => upstream.close());
    expect((await read()).status).toBe(200);
  });

  it("that is slow gets the caller a 504", async () => {
    const gateway = await setUp();
    gateway.upstream.handle = (request) => request.resume();
    const headers = { authorization: gateway.authorization };
    const response = await fetch(`${gateway.url}/hasty`, { method: "POST", headers, body: "{}" });
    expect(await problemOf(response)).toEqual({ status: 504, code: "upstream_timeout" });
  });

  it("that hangs up without an answer gets the caller a 502", async () => {
    const gateway = await setUp();
    gateway.upstream.handle = (request) => request.socket.destroy();
    const response = await fetch(`${gateway.url}/profile/me`, {
      headers: { authorization: gateway.authorization },
    });
    expect(await problemOf(response)).toEqual({ status: 502, code: "upstream_unreachable" });
  });

  it.each(["ends", "stalls"])("never makes a whole of an answer that %s half-way", async (how) => {
    const gateway = await setUp();
    gateway.upstream.handle = (request, response) => {
      request.resume();
      response.writeHead(200, { "content-length": "100" }).write("half", () => {
        if (how === "ends") request.socket.destroy();
      });
    };
    const headers = { authorization: gateway.authorization };
    const response = await fetch(`${gateway.url}/hasty`, { method: "POST", headers, body: "{}" });
    await expect(response.text()).rejects.toThrow();
  });

  it.each([301, 302, 303, 307, 308])(
    "SEC-32 that redirects (%i) gets no second request with the token",
    async (status) => {
      const gateway = await setUp();
      gateway.upstream.handle = (_request, response) => {
        response.writeHead(status, { location: `${gateway.upstream.url}/elsewhere` }).end();
      };
      const headers = { authorization: gateway.authorization };
      const response = await fetch(`${gateway.url}/profile/me`, { headers, redirect: "manual" });
      expect(await problemOf(response)).toEqual({ status: 502, code: "upstream_redirect" });
      expect(response.headers.get("location")).toBeNull();
      expect(gateway.upstream.received).toHaveLength(1);
    },
  );

  it.each([204, 304, 401, 404, 422, 500, 503])("has its own %i passed on", async (status) => {
    const gateway = await setUp();
    gateway.upstream.handle = (_request, response) => {
      response
        .writeHead(status, { "retry-after": "7" })
        .end(status === 204 || status === 304 ? undefined : "{}");
    };
    const headers = { authorization: gateway.authorization };
    const response = await fetch(`${gateway.url}/profile/me`, { headers });
    expect(response.status).toBe(status);
    expect(response.headers.get("retry-after")).toBe("7");
  });
});
