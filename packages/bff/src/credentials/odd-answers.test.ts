import { once } from "node:events";
import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { UnsecuredJWT } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createDjangoBackend } from "./django-backend.ts";

const ada = { username: "ada", password: "secret" };
const claims = { user_id: 7, name: "Ada", email: "ada@mullion.test", roles: ["admin"] };
const nowSeconds = (): number => Math.floor(Date.now() / 1_000);

function json(response: ServerResponse, status: number, body: unknown, headers = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

function accessToken(payload: Record<string, unknown>): string {
  return new UnsecuredJWT(payload).encode();
}

/** What a backend, or whatever stands before it, may answer beside what simplejwt would. */
describe("a credentials backend that answers oddly", () => {
  let server: Server;
  let url: string;
  let answer: RequestListener;
  let paths: string[];
  beforeAll(async () => {
    server = createServer((request, response) => {
      paths.push(request.url ?? "");
      answer(request, response);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    paths = [];
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const signal = (): AbortSignal => AbortSignal.timeout(5_000);
  const good = (): string => accessToken({ ...claims, exp: nowSeconds() + 300 });
  const oddities: [string, RequestListener][] = [
    ["429", (_request, response) => json(response, 429, { detail: "Request was throttled." })],
    ["500 in HTML", (_request, response) => response.writeHead(500).end("<h1>Server Error (500)</h1>")],
    [
      "401 of a proxy in between",
      (_request, response) => response.writeHead(401).end("Authorization required"),
    ],
    ["200 that is not JSON", (_request, response) => response.writeHead(200).end("<html>")],
    ["200 without an access token", (_request, response) => json(response, 200, { refresh: "r" })],
    ["an access token that is no JWT", (_request, response) => json(response, 200, { access: "opaque" })],
    [
      "an access token without expiry",
      (_request, response) => json(response, 200, { access: accessToken(claims) }),
    ],
    [
      "an access token that has expired",
      (_request, response) =>
        json(response, 200, { access: accessToken({ ...claims, exp: nowSeconds() - 5 }) }),
    ],
    ["an endless body", (_request, response) => response.writeHead(200).end(" ".repeat(100_000))],
    ["a connection that breaks", (request) => request.socket.destroy()],
    ["silence", () => undefined],
  ];

  it.each(oddities)(
    "%s is unavailable: nobody is refused and no session ends for it",
    async (_name, listener) => {
      answer = listener;
      const backend = createDjangoBackend({ url, timeoutMs: 300 });
      expect((await backend.signIn(ada, signal())).kind).toBe("unavailable");
      expect((await backend.refresh("r")).kind).toBe("unavailable");
    },
  );

  it.each([301, 307, 308])("a %i is never followed with credentials", async (status) => {
    answer = (_request, response) => response.writeHead(status, { location: `${url}/elsewhere` }).end();
    const backend = createDjangoBackend({ url });
    expect((await backend.signIn(ada, signal())).kind).toBe("unavailable");
    expect((await backend.refresh("r")).kind).toBe("unavailable");
    await expect(backend.revoke("r")).rejects.toThrow("redirect");
    expect(paths).toEqual(["/api/token/", "/api/token/refresh/", "/api/token/blacklist/"]);
  });

  it("counts a token's life on the backend's clock, however wrong either clock is", async () => {
    const anHourAgo = nowSeconds() - 3_600;
    const access = accessToken({ ...claims, iat: anHourAgo - 86_400, exp: anHourAgo + 300 });
    answer = (_request, response) =>
      json(response, 200, { access }, { date: new Date(anHourAgo * 1_000).toUTCString() });
    expect(await createDjangoBackend({ url }).refresh("r")).toMatchObject({
      kind: "refreshed",
      tokens: { expiresInSeconds: 300 },
    });
  });

  it("asks for the person where the token does not tell, under the paths it was given", async () => {
    answer = (request, response) => {
      if (request.url === "/base/whoami") json(response, 200, { ...claims, id: 7, user_id: undefined });
      else
        json(response, 200, { access: accessToken({ user_id: 7, exp: nowSeconds() + 300 }), refresh: "r" });
    };
    const backend = createDjangoBackend({ url: `${url}/base/`, paths: { token: "/login/", me: "/whoami" } });
    expect(await backend.signIn(ada, signal())).toMatchObject({
      kind: "signed-in",
      person: { id: "7", name: "Ada", email: "ada@mullion.test", roles: ["admin"] },
    });
    expect(paths).toEqual(["/base/login/", "/base/whoami"]);
  });

  it("a caller that gives up ends the request", async () => {
    const gone = new Promise<void>((done) => {
      answer = (request) => request.socket.once("close", done);
    });
    const caller = new AbortController();
    const outcome = createDjangoBackend({ url }).signIn(ada, caller.signal);
    await expect.poll(() => paths.length).toBe(1);
    caller.abort();
    expect((await outcome).kind).toBe("unavailable");
    await gone;
  });

  it("puts neither password nor token into what is logged", async () => {
    const access = `${good()}x.y`;
    answer = (_request, response) => json(response, 200, { access, refresh: 5 });
    const backend = createDjangoBackend({ url });
    const outcomes = [await backend.signIn(ada, signal()), await backend.refresh("refresh-secret")];
    for (const outcome of outcomes) {
      if (outcome.kind !== "unavailable") throw new Error(`was ${outcome.kind}`);
      const { cause } = outcome;
      const logged = cause instanceof Error ? `${cause.stack ?? ""}${JSON.stringify(cause)}` : String(cause);
      expect(logged).not.toMatch(/secret|eyJ/);
    }
  });
});
