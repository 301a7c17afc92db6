import { describe, expect, it, onTestFinished } from "vitest";
import { createApiClient } from "./api-client.ts";
import { apiUrl, openTab, settle, TestIdentity } from "./test-identity.ts";

async function client(baseUrl = apiUrl): Promise<ReturnType<typeof createApiClient>> {
  const { auth, close } = openTab();
  onTestFinished(close);
  await settle();
  return createApiClient(auth, { baseUrl });
}

describe("a call of the API", () => {
  it("carries the token and nothing else: no cookie, no redirect, whatever the caller says", async () => {
    const identity = new TestIdentity();
    const call = await client();
    const answer = await call("/notes?done=1", { redirect: "follow", credentials: "include" });
    expect(answer.status).toBe(200);
    const last = identity.sent.at(-1);
    expect(last?.line).toBe("GET https://api.test/v1/notes?done=1");
    expect(last?.headers.get("authorization")).toBe("Bearer token-1");
    expect(last?.init).toMatchObject({ credentials: "omit", redirect: "error" });
  });

  it("S2.4 twenty calls with an expired token: one refresh, and each is made once more", async () => {
    const identity = new TestIdentity();
    const call = await client();
    identity.api = (token) => new Response(null, { status: token === "token-1" ? 401 : 200 });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => call(`notes/${n}`, { method: "PUT", body: `{"n":${n}}` })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(identity.refreshes).toBe(2);
    const calls = identity.sent.filter(({ line }) => line.startsWith("PUT"));
    expect(calls).toHaveLength(40);
    expect(calls.filter(({ init }) => init.body === '{"n":7}')).toHaveLength(2);
  });

  it("S2.4 a second 401 stands: nothing goes round in circles", async () => {
    const identity = new TestIdentity();
    const call = await client();
    identity.api = () => new Response(null, { status: 401 });
    expect((await call("notes")).status).toBe(401);
    expect(identity.lines(/api\.test/)).toHaveLength(2);
    expect(identity.refreshes).toBe(2);
  });

  it.each([403, 404, 500, 503])("%i is the API's answer, and no reason to refresh", async (status) => {
    const identity = new TestIdentity();
    const call = await client();
    identity.api = () => new Response(null, { status });
    expect((await call("notes")).status).toBe(status);
    expect(identity.refreshes).toBe(1);
  });

  it("a stream that was sent is not sent again", async () => {
    const identity = new TestIdentity();
    const call = await client();
    identity.api = () => new Response(null, { status: 401 });
    const body = new ReadableStream();
    const answer = await call("notes", { method: "POST", body, duplex: "half" } as RequestInit);
    expect(answer.status).toBe(401);
    expect(identity.lines(/api\.test/)).toHaveLength(1);
  });

  it.each([
    "https://evil.example/notes",
    "//evil.example/notes",
    "/\\evil.example",
    "\\\\evil.example",
    "http://api.test/v1/notes",
    "https://api.test:444/v1/notes",
    "https://ada@api.test/v1/notes",
    "../v2/notes",
    "/../admin",
    "https://api.test/v2/notes",
    "javascript:alert(1)",
  ])("the token never goes anywhere else (%s)", async (path) => {
    const identity = new TestIdentity();
    const call = await client();
    const before = identity.sent.length;
    await expect(call(path)).rejects.toMatchObject({ code: "foreign_address" });
    expect(identity.sent).toHaveLength(before);
  });

  it("a caller that gives up is let go at once; the refresh goes on for the others", async () => {
    const identity = new TestIdentity();
    const call = await client();
    identity.api = (token) => new Response(null, { status: token === "token-1" ? 401 : 200 });
    const { promise, resolve } = Promise.withResolvers<null>();
    const { fetch } = identity;
    identity.trouble = async () => {
      await promise;
      identity.trouble = null;
      return fetch("https://id.test/spa/todo/session/refresh", {
        method: "POST",
        headers: { "x-mullion-csrf": "1" },
      });
    };
    const controller = new AbortController();
    const givenUp = call("notes/1", { signal: controller.signal });
    const other = call("notes/2");
    await settle();
    controller.abort();
    await expect(givenUp).rejects.toMatchObject({ name: "AbortError" });
    resolve(null);
    expect((await other).status).toBe(200);
    expect(identity.lines(/notes\/1/)).toHaveLength(1);
  });

  it("with nobody signed in there is no call at all", async () => {
    const identity = new TestIdentity({ isAlive: false });
    const call = await client();
    await expect(call("notes")).rejects.toMatchObject({ code: "no_session" });
    expect(identity.lines(/api\.test/)).toEqual([]);
  });
});
