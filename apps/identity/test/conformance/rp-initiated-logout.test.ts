import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { expect } from "vitest";
import type { Parameters } from "./openid-provider.ts";
import { postLogoutRedirectUri } from "./openid-provider.ts";
import { isSignedIn, signOut, signOutRequest, signOutState } from "./sign-out.ts";
import { type Module, testPlan } from "./test-plan.ts";

type Change = (request: Record<string, string>) => Parameters | Promise<Parameters>;

/** The user is signed out and sent back, with this state. */
const sendsBack =
  (state: string | null, change: Change): Module =>
  async (op) => {
    const { tokens } = await op.signIn();
    const { callback } = await signOut(op, await change(signOutRequest(tokens.id_token)));
    expect(`${callback?.origin ?? ""}${callback?.pathname ?? ""}`).toBe(postLogoutRedirectUri);
    expect(callback?.searchParams.get("state")).toBe(state);
    expect(await isSignedIn(op)).toBe(false);
  };

/** The user is signed out, and stays on a page of the provider that says so. */
const signsOutHere =
  (change: Change): Module =>
  async (op) => {
    const { tokens } = await op.signIn();
    const ending = await signOut(op, await change(signOutRequest(tokens.id_token)));
    expect(ending).toMatchObject({ callback: undefined, status: 200 });
    expect(ending.page).toContain("Signed out");
    expect(await isSignedIn(op)).toBe(false);
  };

/** The provider shows what is wrong, sends nobody anywhere, and leaves the sign-in. */
const showsError =
  (change: Change): Module =>
  async (op) => {
    const { tokens } = await op.signIn();
    const ending = await signOut(op, await change(signOutRequest(tokens.id_token)));
    expect(ending).toMatchObject({ callback: undefined, status: 400 });
    expect(ending.page).toContain("This request is not valid");
    expect(await isSignedIn(op)).toBe(true);
  };

const without =
  (...names: string[]): Change =>
  (request) =>
    Object.fromEntries(Object.entries(request).filter(([name]) => !names.includes(name)));

function withoutSignature({ id_token_hint: hint = "", ...rest }: Record<string, string>): Parameters {
  const [, payload = ""] = hint.split(".");
  const header = Buffer.from(JSON.stringify({ alg: "none" })).toString("base64url");
  return { ...rest, id_token_hint: `${header}.${payload}.` };
}

/** A token with the claims of the right one, signed with a key of somebody else's. */
async function forged({ id_token_hint: hint = "", ...rest }: Record<string, string>): Promise<Parameters> {
  const [, payload = ""] = hint.split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as Record<string, unknown>;
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const jwk = await exportJWK(publicKey);
  const jwt = new SignJWT(claims).setProtectedHeader({ alg: "ES256", kid: jwk.x ?? "" });
  return { ...rest, id_token_hint: await jwt.sign(privateKey) };
}

testPlan("oidcc-rp-initiated-logout-certification-test-plan", {
  "oidcc-rp-initiated-logout-discovery-endpoint-verification": async ({ identity, metadata }) => {
    expect(metadata["end_session_endpoint"]).toBe(`${identity.issuer}/session/end`);
  },
  "oidcc-rp-initiated-logout": sendsBack(signOutState, (request) => request),
  "oidcc-rp-initiated-logout-bad-post-logout-redirect-uri": showsError((request) => ({
    ...request,
    post_logout_redirect_uri: `${postLogoutRedirectUri}/W1x2y3z4`,
  })),
  "oidcc-rp-initiated-logout-modified-id-token-hint": showsError(withoutSignature),
  // Nobody is sent to an address when nothing tells whose it is; signing out works all the same.
  "oidcc-rp-initiated-logout-no-id-token-hint": signsOutHere(without("id_token_hint")),
  "oidcc-rp-initiated-logout-no-params": signsOutHere(() => ({})),
  "oidcc-rp-initiated-logout-no-post-logout-redirect-uri": signsOutHere(without("post_logout_redirect_uri")),
  "oidcc-rp-initiated-logout-no-state": sendsBack(null, without("state")),
  "oidcc-rp-initiated-logout-only-state": signsOutHere(without("id_token_hint", "post_logout_redirect_uri")),
  "oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri": showsError((request) => ({
    ...request,
    post_logout_redirect_uri: `${postLogoutRedirectUri}?foo=bar`,
  })),
  "oidcc-rp-initiated-logout-bad-id-token-hint": showsError(forged),
});
