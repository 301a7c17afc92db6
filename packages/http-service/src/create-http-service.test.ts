import { once } from "node:events";
import { get } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { type Problem, problemSchema } from "@mullion/contracts";
import type { FastifyInstance, LightMyRequestResponse } from "fastify";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { createHttpService } from "./create-http-service.ts";
import { ProblemError } from "./errors.ts";
import { createLogger } from "./logger.ts";
import { parseBody, parseQuery } from "./parse.ts";

let app: FastifyInstance;
let redis: () => Promise<void> = () => Promise.resolve();
const lines: string[] = [];

function coded(message: string, code: string): Error {
  return Object.assign(new Error(message), { code });
}

const failures: Record<string, () => Error> = {
  problem: () =>
    new ProblemError({ status: 409, code: "taken", title: "Conflict", headers: { "x-extra": "1" } }),
  bug: () => new TypeError("secret-detail of a fault"),
  "postgres-refused": () => coded("connect ECONNREFUSED", "ECONNREFUSED"),
  "postgres-stopping": () => coded("terminating connection", "57P01"),
  "postgres-cut": () => new Error("Connection terminated unexpectedly"),
  "postgres-statement": () => coded('relation "x" does not exist', "42P01"),
  "redis-timeout": () => new Error("Command timed out"),
  "redis-offline": () => new Error("Stream isn't writeable and enableOfflineQueue options is false"),
};

beforeAll(async () => {
  app = createHttpService({
    name: "test",
    logger: createLogger({ name: "test", destination: { write: (line) => void lines.push(line) } }),
    bodyLimitBytes: 1_000,
    checks: { postgres: () => Promise.resolve(), redis: () => redis() },
    allowedMethods: (path) => (path === "/body" ? ["POST"] : []),
  });
  app.post("/body", ({ body }) => parseBody(z.strictObject({ list: z.array(z.number()) }), body));
  app.get("/query", ({ query }) => parseQuery(z.strictObject({ n: z.coerce.number().max(3) }), query));
  app.get<{ Params: { name: string } }>("/fail/:name", ({ params }) => {
    throw failures[params.name]?.() ?? new Error("unknown");
  });
  app.get("/page", (_request, reply) => reply.header("cache-control", "public, max-age=60").send("x"));
  await app.ready();
});

afterAll(() => app.close());

function problemOf(response: LightMyRequestResponse): Problem {
  expect(response.headers["content-type"]).toMatch(/^application\/problem\+json/);
  const problem = problemSchema.parse(response.json());
  expect(problem.status).toBe(response.statusCode);
  expect(problem.requestId).toBe(response.headers["x-request-id"]);
  return problem;
}

async function post(payload: string, type = "application/json"): Promise<Problem> {
  const headers = { "content-type": type };
  return problemOf(await app.inject({ method: "POST", url: "/body", headers, payload }));
}

describe("problem documents", () => {
  it("say what is wrong with a body or a query, and where", async () => {
    expect(await post('{"list":[1,"x"]}')).toMatchObject({
      status: 400,
      code: "invalid_body",
      issues: [{ path: "list.1" }],
    });
    const response = await app.inject({ method: "GET", url: "/query?n=4" });
    expect(problemOf(response)).toMatchObject({ code: "invalid_query", issues: [{ path: "n" }] });
  });

  it.each([
    ["broken JSON", "{", "application/json", 400, "invalid_json"],
    ["no JSON at all", "", "application/json", 400, "invalid_json"],
    ["a form", "a=1", "application/x-www-form-urlencoded", 415, "unsupported_media_type"],
    ["too much", `{"list":[${"1,".repeat(1_000)}1]}`, "application/json", 413, "body_too_large"],
  ])("answer %s", async (_name, payload, type, status, code) => {
    expect(await post(payload, type)).toMatchObject({ status, code });
  });

  it("answer an unknown path, a wrong method and a malformed path", async () => {
    const get = async (url: string) => problemOf(await app.inject({ method: "GET", url }));
    expect(await get("/nope")).toMatchObject({ status: 404, code: "not_found" });
    expect(await get("/%zz")).toMatchObject({ status: 400, code: "bad_request" });
    const wrongMethod = await app.inject({ method: "GET", url: "/body" });
    expect(problemOf(wrongMethod)).toMatchObject({ status: 405, code: "method_not_allowed" });
    expect(wrongMethod.headers.allow).toBe("POST");
  });

  it("carry the status, code and headers of a ProblemError", async () => {
    const response = await app.inject({ method: "GET", url: "/fail/problem" });
    expect(problemOf(response)).toMatchObject({ status: 409, code: "taken", title: "Conflict" });
    expect(response.headers["x-extra"]).toBe("1");
  });

  it.each(["bug", "postgres-statement"])("tell nothing of a fault of the service (%s)", async (name) => {
    const response = await app.inject({ method: "GET", url: `/fail/${name}` });
    expect(problemOf(response)).toEqual({
      type: "about:blank",
      title: "Internal Server Error",
      status: 500,
      code: "internal",
      requestId: response.headers["x-request-id"],
    });
  });

  it.each(["postgres-refused", "postgres-stopping", "postgres-cut", "redis-timeout", "redis-offline"])(
    "say when to come back while a dependency is gone (%s)",
    async (name) => {
      const response = await app.inject({ method: "GET", url: `/fail/${name}` });
      expect(problemOf(response)).toMatchObject({ status: 503, code: "dependency_unavailable" });
      expect(response.headers["retry-after"]).toMatch(/^\d+$/);
    },
  );
});

describe("every answer", () => {
  it("forbids sniffing, framing and caching unless the route says otherwise", async () => {
    for (const url of ["/healthz", "/nope", "/%zz", "/fail/bug"]) {
      expect((await app.inject({ method: "GET", url })).headers, url).toMatchObject({
        "cache-control": "no-store",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "x-content-type-options": "nosniff",
      });
    }
    const page = await app.inject({ method: "GET", url: "/page" });
    expect(page.headers["cache-control"]).toBe("public, max-age=60");
  });

  it("keeps a well-formed request id and replaces one that could forge a log line", async () => {
    const idOf = async (id: string) => {
      const response = await app.inject({ method: "GET", url: "/page", headers: { "x-request-id": id } });
      return response.headers["x-request-id"];
    };
    expect(await idOf("0123456789abcdef")).toBe("0123456789abcdef");
    for (const bad of ["short", "x".repeat(65), 'a","level":"fatal', "a b c d e f"]) {
      expect(await idOf(bad)).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  it("SEC-23 leaves one log line with the path, and neither query, cookie nor authorization", async () => {
    lines.length = 0;
    const headers = { authorization: "Bearer canary-1", cookie: "sid=canary-2" };
    await app.inject({ method: "GET", url: "/page?code=canary-3", headers });
    await app.inject({ method: "GET", url: "/fail/bug?code=canary-3", headers });
    expect(lines.filter((line) => line.includes('"/page"'))).toHaveLength(1);
    expect(lines.join("")).not.toContain("canary");
  });
});

describe("health", () => {
  it("is alive whatever its dependencies, and ready only with all of them", async () => {
    const get = (url: string) => app.inject({ method: "GET", url });
    expect((await get("/readyz")).json()).toEqual({ status: "up", checks: { postgres: "up", redis: "up" } });
    redis = () => Promise.reject(new Error("gone"));
    expect((await get("/healthz")).statusCode).toBe(200);
    const response = await get("/readyz");
    expect(response.statusCode).toBe(503);
    expect(response.json()).toEqual({ status: "down", checks: { postgres: "up", redis: "down" } });
  });

  it("counts a check that hangs as down", async () => {
    redis = () => new Promise(() => undefined);
    const response = await app.inject({ method: "GET", url: "/readyz" });
    expect(response.json()).toMatchObject({ checks: { postgres: "up", redis: "down" } });
  });
});

it("a client that leaves is no error in the log, whatever breaks because of that", async () => {
  const own: string[] = [];
  const logger = createLogger({ name: "test", destination: { write: (line) => void own.push(line) } });
  const service = createHttpService({ name: "test", logger });
  onTestFinished(() => service.close());
  const arrived = Promise.withResolvers<null>();
  service.get("/slow", async ({ raw }) => {
    arrived.resolve(null);
    await once(raw.socket, "close");
    throw new Error("broke");
  });
  const asked = get(new URL("/slow", await service.listen({ host: "127.0.0.1", port: 0 })));
  asked.on("error", () => undefined);
  await arrived.promise;
  asked.destroy();
  await expect.poll(() => own.join("")).toContain("the client left");
  expect(own.join("")).not.toContain('"level":"error"');
});

it("a body that does not arrive is given up: 408, and the connection is free again", async () => {
  const service = createHttpService({
    name: "test",
    logger: createLogger({ name: "test", level: "silent" }),
    requestTimeoutMs: 200,
  });
  onTestFinished(() => service.close());
  service.post("/body", ({ body }) => body);
  const { hostname, port } = new URL(await service.listen({ host: "127.0.0.1", port: 0 }));
  const socket = connect(Number(port), hostname);
  socket.write(
    "POST /body HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{",
  );
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 408 /);
});
