import { createTestIssuer, type TestIssuer } from "@mullion/testing";
import { decodeJwt } from "jose";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createClientCredentials } from "./client-credentials.ts";

let issuer: TestIssuer;

beforeEach(async () => {
  issuer = await createTestIssuer();
});

afterEach(async () => {
  vi.useRealTimers();
  await issuer.close();
});

function client(): ReturnType<typeof createClientCredentials> {
  return createClientCredentials({
    issuer: issuer.url,
    clientId: "mullion-gateway",
    clientSecret: "secret",
    scope: "events:write",
  });
}

it("gets a token for the client itself, once for all who ask at the same time", async () => {
  const { getToken } = client();
  const tokens = await Promise.all(Array.from({ length: 20 }, () => getToken()));
  expect(new Set(tokens).size).toBe(1);
  expect(decodeJwt(tokens[0] ?? "")).toMatchObject({ sub: "mullion-gateway", scope: "events:write" });
  expect(issuer.requests.token).toBe(1);
});

it("keeps the token until half a minute before it expires", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const { getToken } = client();
  const first = await getToken();
  vi.advanceTimersByTime(569_000);
  expect(await getToken()).toBe(first);
  vi.advanceTimersByTime(2_000);
  expect(await getToken()).not.toBe(first);
});

it("fails while identity is down and works again after it", async () => {
  const { getToken } = client();
  issuer.setDown(true);
  await expect(getToken()).rejects.toMatchObject({ code: "token_request_failed" });
  issuer.setDown(false);
  await expect(getToken()).resolves.toBeTypeOf("string");
});
