import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createHttpService, createLogger } from "@mullion/http-service";
import type { TokenStore } from "@mullion/token-store";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { expect, it, onTestFinished } from "vitest";
import { backchannelLogout } from "./backchannel-logout.ts";

it("a logout token is not refused because identity's keys cannot be had: 503, and the next attempt ends the session", async () => {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: "k", alg: "ES256" }] });
  const answers: [number, string][] = [
    [503, "busy"],
    [200, "no JSON"],
    [200, "{}"],
    [200, jwks],
  ];
  const identity = createServer((_request, response) => {
    const [status, body] = answers.shift() ?? [500, ""];
    response.writeHead(status).end(body);
  }).listen(0, "127.0.0.1");
  await once(identity, "listening");
  const issuer = `http://127.0.0.1:${(identity.address() as AddressInfo).port}`;
  const app = createHttpService({ name: "test", logger: createLogger({ name: "test", level: "silent" }) });
  onTestFinished(async () => {
    await app.close();
    identity.close();
  });
  const revoked: string[] = [];
  const store: Partial<TokenStore> = {
    handlesOfSignIn: async () => ["handle"],
    revoke: async (handle) => revoked.push(handle) > 0,
  };
  await app.register(backchannelLogout, {
    ...{ issuer, clientId: "shell", store: store as TokenStore },
    seen: { has: async () => false, add: async () => true },
  });
  const event = "http://schemas.openid.net/event/backchannel-logout";
  const token = await new SignJWT({ sid: "s", jti: "j", events: { [event]: {} } })
    .setProtectedHeader({ alg: "ES256", kid: "k", typ: "logout+jwt" })
    .setIssuer(issuer)
    .setAudience("shell")
    .setIssuedAt()
    .sign(privateKey);
  const statuses: number[] = [];
  for (let attempt = 0; attempt < 4; attempt += 1) {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const payload = `logout_token=${token}`;
    const url = "/api/auth/backchannel-logout";
    statuses.push((await app.inject({ method: "POST", url, headers, payload })).statusCode);
  }
  expect(statuses).toEqual([503, 503, 503, 200]);
  expect(revoked).toEqual(["handle"]);
});
