import { type Problem, pinsSchema, problemSchema } from "@mullion/contracts";
import { createHttpService, createLogger, ProblemError, parseBody } from "@mullion/http-service";
import { createTestIssuer, type TestIssuer } from "@mullion/testing";
import type { FastifyInstance, LightMyRequestResponse } from "fastify";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { accessTokenPlugin } from "./plugin.ts";
import { createVerifier } from "./verifier.ts";

const page = "https://app.example.com";
const audience = "urn:mullion:api";

describe("S4.1 the order of a request", () => {
  let issuer: TestIssuer;
  let app: FastifyInstance;
  let allowed = Number.POSITIVE_INFINITY;
  let isBroken = false;
  const lines: string[] = [];

  beforeAll(async () => {
    issuer = await createTestIssuer();
    const destination = { write: (line: string) => void lines.push(line) };
    app = createHttpService({
      name: "test",
      logger: createLogger({ name: "test", destination }),
      cors: () => ({ origins: [page], credentials: false }),
    });
    await app.register(accessTokenPlugin, { verifier: createVerifier({ issuer: issuer.url, audience }) });
    const limit = async (): Promise<void> => {
      allowed -= 1;
      if (allowed < 0)
        throw new ProblemError({ status: 429, code: "rate_limited", title: "Too Many Requests" });
    };
    app.put("/thing", { onRequest: [limit, app.requireScope("profile:write")] }, ({ body }) => {
      const thing = parseBody(pinsSchema, body);
      if (isBroken) throw new TypeError("a fault");
      return thing;
    });
    await app.ready();
  });
  afterAll(async () => {
    await app.close();
    await issuer.close();
  });
  beforeEach(() => {
    allowed = Number.POSITIVE_INFINITY;
    isBroken = false;
    lines.length = 0;
  });

  async function put(payload: string, scope?: string): Promise<LightMyRequestResponse> {
    const authorization =
      scope === undefined ? {} : { authorization: `Bearer ${await issuer.sign({ scope })}` };
    return app.inject({
      method: "PUT",
      url: "/thing",
      headers: { origin: page, "content-type": "application/json", ...authorization },
      payload,
    });
  }

  async function refusal(payload: string, scope?: string): Promise<Problem> {
    const response = await put(payload, scope);
    // Request id, log and CORS come first: there is no error without them.
    expect(response.headers["access-control-allow-origin"]).toBe(page);
    const problem = problemSchema.parse(response.json());
    expect(problem.requestId).toBe(response.headers["x-request-id"]);
    expect(lines.join("")).toContain(problem.requestId);
    return problem;
  }

  const [brokenJson, wrongShape, good] = ["{", '{"pins":1}', '{"pins":[]}'];

  it("a preflight is answered before limit and token, which it cannot pass", async () => {
    allowed = 0;
    const headers = { origin: page, "access-control-request-method": "PUT" };
    const response = await app.inject({ method: "OPTIONS", url: "/thing", headers });
    expect(response.statusCode).toBe(204);
    expect(response.headers["access-control-allow-origin"]).toBe(page);
  });

  it("the limit is asked before the token, the token before the scope, the scope before the body", async () => {
    allowed = 0;
    expect(await refusal(brokenJson, "profile:write")).toMatchObject({ status: 429 });
    allowed = Number.POSITIVE_INFINITY;
    expect(await refusal(brokenJson)).toMatchObject({ status: 401, code: "missing_token" });
    expect(await refusal(brokenJson, "profile:read")).toMatchObject({ status: 403 });
  });

  it("the body is parsed before it is validated, and validated before the handler works", async () => {
    isBroken = true;
    expect(await refusal(brokenJson, "profile:write")).toMatchObject({ status: 400, code: "invalid_json" });
    expect(await refusal(wrongShape, "profile:write")).toMatchObject({ status: 400, code: "invalid_body" });
  });

  it("the error handler comes last: a fault of the handler is 500 and can be read by the page", async () => {
    isBroken = true;
    expect(await refusal(good, "profile:write")).toMatchObject({ status: 500, code: "internal" });
    isBroken = false;
    expect((await put(good, "profile:write")).json()).toEqual({ pins: [] });
  });
});
