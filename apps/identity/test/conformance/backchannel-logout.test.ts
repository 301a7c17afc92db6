import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { afterAll, expect } from "vitest";
import { firstClient, postLogoutRedirectUri } from "./openid-provider.ts";
import { isSignedIn, signOut, signOutRequest, signOutState } from "./sign-out.ts";
import { testPlan } from "./test-plan.ts";

interface LogoutRequest {
  method: string | undefined;
  type: string | undefined;
  body: URLSearchParams;
}

const received: LogoutRequest[] = [];
const client = createServer((request, response) => {
  void text(request).then((body) => {
    const { method, headers } = request;
    received.push({ method, type: headers["content-type"], body: new URLSearchParams(body) });
    response.writeHead(200).end();
  });
}).listen(0, "127.0.0.1");
await once(client, "listening");
const { port } = client.address() as AddressInfo;
afterAll(() => {
  client.close();
});

const logoutEvent = "http://schemas.openid.net/event/backchannel-logout";

testPlan(
  "oidcc-backchannel-rp-initiated-logout-certification-test-plan",
  {
    "oidcc-backchannel-logout-discovery-endpoint-verification": async ({ identity, metadata }) => {
      expect(metadata).toMatchObject({
        backchannel_logout_supported: true,
        backchannel_logout_session_supported: true,
        end_session_endpoint: `${identity.issuer}/session/end`,
      });
    },
    "oidcc-backchannel-rp-initiated-logout": async (op) => {
      const { tokens, claims } = await op.signIn();
      const { callback } = await signOut(op, signOutRequest(tokens.id_token));
      expect(callback?.href).toBe(`${postLogoutRedirectUri}?state=${signOutState}`);

      await expect.poll(() => received.length, { timeout: 5_000 }).toBe(1);
      const [{ method, type, body } = {} as LogoutRequest] = received;
      expect(method).toBe("POST");
      expect(type).toMatch(/^application\/x-www-form-urlencoded/);
      expect([...body.keys()]).toEqual(["logout_token"]);
      const keys = createRemoteJWKSet(new URL(op.endpoint("jwks_uri")));
      const { payload } = await jwtVerify(body.get("logout_token") ?? "", keys, {
        issuer: op.identity.issuer,
        audience: firstClient,
        typ: "logout+jwt",
        requiredClaims: ["iat", "exp", "jti"],
      });
      expect(payload).toMatchObject({ sub: claims.sub, sid: claims["sid"], events: { [logoutEvent]: {} } });
      expect(payload).not.toHaveProperty("nonce");
      expect(await isSignedIn(op)).toBe(false);
    },
  },
  { backchannelLogoutUri: `http://127.0.0.1:${String(port)}/backchannel_logout` },
);
