import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { inspect } from "node:util";
import { createTestIssuer, freePort, type TestIssuer } from "@mullion/testing";
import { afterEach, beforeEach, expect, it } from "vitest";
import { CliError } from "../errors.ts";
import { type Connection, createSender, type SendRequest } from "./request.ts";

let issuer: TestIssuer;
let server: Server;
let answers: RequestListener[];
let seen: string[];
let connection: Connection;

beforeEach(async () => {
  issuer = await createTestIssuer();
  answers = [];
  seen = [];
  server = createServer((request, response) => {
    seen.push(`${request.method ?? ""} ${request.url ?? ""}`);
    const answer = answers.shift();
    if (answer === undefined) response.writeHead(200).end("{}");
    else answer(request, response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("not a TCP address");
  connection = {
    registry: `http://127.0.0.1:${String(address.port)}/base`,
    issuer: issuer.url,
    clientId: "mullion-deploy",
    clientSecret: "secret-canary",
  };
});

afterEach(async () => {
  server.close();
  server.closeAllConnections();
  await issuer.close();
});

function sender(change: Partial<Connection> = {}): SendRequest {
  return createSender({ ...connection, ...change }, { retries: 3, firstDelayMs: 1 });
}

function problem(status: number, code: string, detail: string): RequestListener {
  return (_request, response) => {
    response
      .writeHead(status, { "content-type": "application/problem+json" })
      .end(JSON.stringify({ title: "x", status, code, detail }));
  };
}

const get = { method: "GET", path: "channels/production" } as const;

it("keeps the path of the registry's address, and asks for one token only", async () => {
  const send = sender();
  await Promise.all([send(get), send(get), send(get)]);
  expect(seen).toEqual(Array(3).fill("GET /base/channels/production"));
  expect(issuer.requests.token).toBe(1);
});

it("tries again after an overload, a restart and a broken connection, and then succeeds", async () => {
  answers = [
    problem(503, "dependency_unavailable", "later"),
    (request) => request.socket.destroy(),
    problem(429, "too_many", "slower"),
  ];
  await expect(sender()(get)).resolves.toEqual({});
  expect(seen).toHaveLength(4);
});

it("gives up after as many attempts as it may, saying who did not answer", async () => {
  answers = Array<RequestListener>(9).fill(problem(503, "dependency_unavailable", "Postgres is away"));
  await expect(sender()(get)).rejects.toMatchObject({
    code: "unreachable",
    exitCode: 3,
    message: expect.stringContaining("Postgres is away") as string,
  });
  expect(seen).toHaveLength(4);
});

it("does not repeat what was refused, and passes the registry's words on", async () => {
  answers = [problem(409, "version_exists", "user@1.0.0 is published and never changes.")];
  await expect(sender()(get)).rejects.toMatchObject({
    code: "refused",
    exitCode: 1,
    problemCode: "version_exists",
    message: "user@1.0.0 is published and never changes.",
  });
  expect(seen).toHaveLength(1);
});

it.each([401, 403])("says that the client is not let in on %i", async (status) => {
  answers = [problem(status, "insufficient_scope", "the scope is missing")];
  const refusal = sender()(get);
  await expect(refusal).rejects.toMatchObject({ code: "not_allowed", exitCode: 3 });
  await expect(refusal).rejects.toThrow("mullion-deploy");
  expect(seen).toHaveLength(1);
});

it("says so when nobody listens at the registry's address", async () => {
  const registry = `http://127.0.0.1:${String(await freePort())}`;
  await expect(sender({ registry })(get)).rejects.toMatchObject({ code: "unreachable", exitCode: 3 });
});

/** Lets the test's own server stand in for an issuer that refuses the client (RFC 6749 section 5.2). */
function refuseClient(): Partial<Connection> {
  const url = new URL(connection.registry).origin;
  const json = (status: number, body: unknown): RequestListener => {
    return (_request, response) => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
  };
  answers = [
    json(200, { issuer: url, token_endpoint: `${url}/token` }),
    json(401, { error: "invalid_client" }),
  ];
  return { issuer: url };
}

it("tells refused credentials, which it does not repeat, from an issuer that does not answer", async () => {
  await expect(sender(refuseClient())(get)).rejects.toMatchObject({
    code: "credentials_refused",
    exitCode: 3,
    hint: expect.stringContaining("MULLION_CLIENT_SECRET") as string,
  });
  expect(seen).toEqual(["GET /.well-known/openid-configuration", "POST /token"]);
  issuer.setDown(true);
  await expect(sender()(get)).rejects.toMatchObject({ code: "unreachable", exitCode: 3 });
});

it("SEC-23 no failure repeats the client's secret", async () => {
  const refused = await sender(refuseClient())(get).catch((error: unknown) => error);
  answers = [problem(401, "invalid_token", "no")];
  const notAllowed = await sender()(get).catch((error: unknown) => error);
  issuer.setDown(true);
  const unreachable = await sender()(get).catch((error: unknown) => error);
  for (const failure of [refused, notAllowed, unreachable]) {
    expect(failure).toBeInstanceOf(CliError);
    expect(inspect(failure, { depth: 9 })).not.toContain("secret-canary");
  }
});
