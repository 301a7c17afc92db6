import { calculatePKCECodeChallenge, generateRandomCodeVerifier } from "oauth4webapi";
import { expect, vi } from "vitest";
import { type OpenIdProvider, type Parameters, secondClient } from "./openid-provider.ts";
import { type Module, testPlan } from "./test-plan.ts";

/** The request succeeds, and so does everything after it. */
const succeedsWith =
  (parameters: Parameters): Module =>
  async (op) => {
    const { tokens, claims } = await op.signIn(parameters);
    await op.userinfo(tokens, claims.sub);
  };

/** The scope's claims are at the userinfo endpoint. */
const returnsClaims =
  (scope: string, names: readonly string[]): Module =>
  async (op) => {
    const { tokens, claims } = await op.signIn({ scope: `openid ${scope}` });
    expect(await op.userinfo(tokens, claims.sub)).toMatchObject(
      Object.fromEntries(names.map((name) => [name, expect.anything() as unknown])),
    );
  };

/** The suite skips the module since the scopes are not offered. A request for them must not fail all the same. */
const isNotOffered =
  (scopes: readonly string[], wanted: string): Module =>
  async (op) => {
    for (const scope of scopes) expect(op.metadata["scopes_supported"]).not.toContain(scope);
    const { tokens, claims } = await op.signIn({ scope: wanted });
    expect(await op.userinfo(tokens, claims.sub)).not.toHaveProperty(scopes[0] ?? "");
  };

const unsigned = (claims: object): string =>
  [{ alg: "none" }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".")
    .concat(".");

/** Signs in twice in one browser; the second request has these parameters. */
async function twice(op: OpenIdProvider, first: Parameters, second: (idToken: string) => Parameters) {
  const one = await op.signIn(first);
  await op.age(2);
  const two = await op.signIn(second(one.tokens.id_token));
  return { one, two, earlier: Number(one.claims["auth_time"]) - 2, later: Number(two.claims["auth_time"]) };
}

/** The browser is not asked anything again, and the provider says when it was. */
const sameSignIn =
  (first: Parameters, second: (idToken: string) => Parameters): Module =>
  async (op) => {
    const { one, two, earlier, later } = await twice(op, first, second);
    expect(two.ending.signedIn).toBe(false);
    expect(two.claims.sub).toBe(one.claims.sub);
    expect(later).toBe(earlier);
  };

const newSignIn =
  (second: Parameters): Module =>
  async (op) => {
    const { one, two, earlier, later } = await twice(op, {}, () => second);
    expect(two.ending.signedIn).toBe(true);
    expect(two.claims.sub).toBe(one.claims.sub);
    expect(later).toBeGreaterThan(earlier);
  };

/** Uses a code again; both the code and the access token it gave are refused. */
async function reuseCode(op: OpenIdProvider, wait: () => Promise<void>): Promise<void> {
  const { code, tokens, claims } = await op.signIn();
  await op.userinfo(tokens, claims.sub);
  await wait();
  const again = await op.redeem(code);
  expect(again.status).toBe(400);
  expect(await again.json()).toMatchObject({ error: "invalid_grant" });
  const resource = await fetch(op.endpoint("userinfo_endpoint"), {
    headers: { authorization: `Bearer ${tokens.access_token}` },
  });
  expect(resource.status).toBe(401);
}

/** As if half a minute had passed, for identity's clock and for what Redis still keeps of the code. */
async function thirtySeconds({ identity }: OpenIdProvider): Promise<void> {
  vi.useFakeTimers({ toFake: ["Date"] });
  vi.setSystemTime(Date.now() + 30_000);
  for (const key of await identity.redis.keys(`${identity.keyPrefix}mullion:identity:AuthorizationCode:*`)) {
    const name = key.slice(identity.keyPrefix.length);
    await identity.redis.expire(name, (await identity.redis.ttl(name)) - 30);
  }
}

const isRefused =
  (change: (op: OpenIdProvider) => Parameters, error: string): Module =>
  async (op) => {
    const request = op.authorizationRequest(change(op));
    const { callback } = await op.authorize(request);
    expect(callback?.searchParams.get("error")).toBe(error);
    expect(callback?.searchParams.get("code")).toBeNull();
  };

testPlan("oidcc-basic-certification-test-plan", {
  "oidcc-server": async (op) => {
    const { tokens, claims } = await op.signIn();
    expect(Object.keys(await op.userinfo(tokens, claims.sub))).toEqual(["sub"]);
    for (const name of ["name", "email", "roles"]) expect(claims).not.toHaveProperty(name);
    expect(claims).toMatchObject({ auth_time: expect.any(Number) as number, amr: ["pwd"] });
    expect(op.metadata["acr_values_supported"]).toContain(claims["acr"]);
  },
  "oidcc-response-type-missing": async (op) => {
    const request = op.authorizationRequest();
    request.delete("response_type");
    const { callback } = await op.authorize(request);
    expect(["invalid_request", "unsupported_response_type"]).toContain(callback?.searchParams.get("error"));
    expect(callback?.searchParams.get("state")).toBe(request.get("state"));
  },
  "oidcc-idtoken-signature": async (op) => {
    const request = op.authorizationRequest();
    const code = op.codeOf(await op.authorize(request), request);
    const tokens = await op.tokensOf(await op.redeem(code));
    const { protectedHeader } = await op.verifyIdToken(tokens, request);
    expect(op.metadata["id_token_signing_alg_values_supported"]).toContain(protectedHeader.alg);
    const jwks = (await (await fetch(op.endpoint("jwks_uri"))).json()) as { keys: { kid: string }[] };
    expect(jwks.keys.map(({ kid }) => kid)).toContain(protectedHeader.kid);
  },
  "oidcc-idtoken-unsigned": async (op) => {
    expect(op.metadata["id_token_signing_alg_values_supported"]).not.toContain("none");
  },
  "oidcc-userinfo-get": succeedsWith({}),
  "oidcc-userinfo-post-header": async (op) => {
    const { tokens, claims } = await op.signIn();
    const response = await fetch(op.endpoint("userinfo_endpoint"), {
      method: "POST",
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
    await op.userinfoOf(response, claims.sub);
  },
  "oidcc-userinfo-post-body": async (op) => {
    const { tokens, claims } = await op.signIn();
    const response = await fetch(op.endpoint("userinfo_endpoint"), {
      method: "POST",
      body: new URLSearchParams({ access_token: tokens.access_token }),
    });
    await op.userinfoOf(response, claims.sub);
  },
  "oidcc-ensure-request-without-nonce-succeeds-for-code-flow": async (op) => {
    const request = op.authorizationRequest();
    request.delete("nonce");
    const code = op.codeOf(await op.authorize(request), request);
    const { payload } = await op.verifyIdToken(await op.tokensOf(await op.redeem(code)), request);
    expect(payload).not.toHaveProperty("nonce");
  },
  "oidcc-scope-profile": returnsClaims("profile", ["name"]),
  "oidcc-scope-email": returnsClaims("email", ["email", "email_verified"]),
  "oidcc-scope-address": isNotOffered(["address"], "openid address"),
  "oidcc-scope-phone": isNotOffered(["phone"], "openid phone"),
  "oidcc-scope-all": isNotOffered(["address", "phone"], "openid profile email address phone"),
  "oidcc-alternate-happy-flow": async (op) => {
    const request = new URLSearchParams([...op.authorizationRequest({ scope: "email openid" })].toReversed());
    const code = op.codeOf(await op.authorize(request), request);
    const tokens = await op.tokensOf(await op.redeem(code));
    const { payload } = await op.verifyIdToken(tokens, request);
    expect(await op.userinfo(tokens, payload.sub)).toHaveProperty("email");
  },
  "oidcc-display-page": succeedsWith({ display: "page" }),
  "oidcc-display-popup": succeedsWith({ display: "popup" }),
  "oidcc-prompt-login": newSignIn({ prompt: "login" }),
  "oidcc-prompt-none-not-logged-in": async (op) => {
    const request = op.authorizationRequest({ prompt: "none" });
    const { callback } = await op.authorize(request);
    expect(callback?.searchParams.get("error")).toBe("login_required");
    expect(callback?.searchParams.get("state")).toBe(request.get("state"));
  },
  "oidcc-prompt-none-logged-in": sameSignIn({}, () => ({ prompt: "none" })),
  "oidcc-max-age-1": newSignIn({ max_age: "1" }),
  "oidcc-max-age-10000": sameSignIn({ max_age: "10000" }, () => ({ max_age: "10000" })),
  "oidcc-ensure-request-with-unknown-parameter-succeeds": succeedsWith({ extra: "foobar" }),
  "oidcc-id-token-hint": sameSignIn({}, (hint) => ({ prompt: "none", id_token_hint: hint })),
  "oidcc-login-hint": async (op) => {
    const hint = "buffy@mullion.test";
    const start = op.authorizationRequest({ login_hint: hint });
    const { response } = await op.browser.follow(
      `${op.endpoint("authorization_endpoint")}?${start.toString()}`,
    );
    expect(await response.text()).toContain(hint);
    await succeedsWith({ login_hint: hint })(op);
  },
  "oidcc-ui-locales": succeedsWith({ ui_locales: "se" }),
  "oidcc-claims-locales": succeedsWith({ claims_locales: "se" }),
  "oidcc-ensure-request-with-acr-values-succeeds": succeedsWith({ acr_values: "1 2" }),
  "oidcc-codereuse": (op) => reuseCode(op, async () => undefined),
  "oidcc-codereuse-30seconds": async (op) => {
    try {
      await reuseCode(op, () => thirtySeconds(op));
    } finally {
      vi.useRealTimers();
    }
  },
  "oidcc-ensure-registered-redirect-uri": async (op) => {
    const bad = `${String(op.authorizationRequest().get("redirect_uri"))}/W1x2y3z4`;
    const ending = await op.authorize(op.authorizationRequest({ redirect_uri: bad }));
    expect(ending).toMatchObject({ callback: undefined, status: 400 });
    expect(ending.page).toContain("invalid_redirect_uri");
  },
  "oidcc-ensure-post-request-succeeds": async (op) => {
    const request = op.authorizationRequest();
    const code = op.codeOf(await op.authorize(request, "POST"), request);
    await op.verifyIdToken(await op.tokensOf(await op.redeem(code)), request);
  },
  "oidcc-server-client-secret-post": async (op) => {
    expect(op.metadata["token_endpoint_auth_methods_supported"]).toContain("client_secret_post");
    const request = op.authorizationRequest();
    const code = op.codeOf(await op.authorize(request), request);
    const tokens = await op.tokensOf(await op.redeem(code, {}, { post: true }));
    const { payload } = await op.verifyIdToken(tokens, request);
    await op.userinfo(tokens, payload.sub);
  },
  "oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported": async (op) => {
    expect(op.metadata["request_uri_parameter_supported"]).toBe(false);
    await isRefused(
      () => ({ request_uri: "https://suite.example/request.jwt" }),
      "request_uri_not_supported",
    )(op);
  },
  "oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported": isRefused(
    (op) => ({ request: unsigned(Object.fromEntries(op.authorizationRequest())) }),
    "request_not_supported",
  ),
  "oidcc-claims-essential": async (op) => {
    const wanted = JSON.stringify({ userinfo: { name: { essential: true } } });
    const { tokens, claims } = await op.signIn({ claims: wanted });
    expect(await op.userinfo(tokens, claims.sub)).toHaveProperty("name");
    expect(claims).not.toHaveProperty("name");
  },
  "oidcc-ensure-request-object-with-redirect-uri": async (op) => {
    expect(op.metadata["request_object_signing_alg_values_supported"] ?? []).not.toContain("none");
    const inside = Object.fromEntries(op.authorizationRequest());
    const request = op.authorizationRequest({
      request: unsigned(inside),
      redirect_uri: "https://suite.example/not-registered",
    });
    const ending = await op.authorize(request);
    expect(ending).toMatchObject({ callback: undefined, status: 400 });
    expect(ending.page).toContain("invalid_redirect_uri");
  },
  "oidcc-refresh-token": async (op) => {
    const wanted = { scope: "openid offline_access", prompt: "consent" };
    const { tokens, claims } = await op.signIn(wanted);
    const refresh = (token: string | undefined, client?: string) =>
      op.tokenRequest(
        { grant_type: "refresh_token", refresh_token: token ?? "" },
        client === undefined ? {} : { client },
      );
    const refreshed = await op.tokensOf(await refresh(tokens.refresh_token));
    const { payload } = await op.verifyIdToken(refreshed, op.authorizationRequest());
    const { iss, sub, aud, auth_time } = claims;
    expect(payload).toMatchObject({ iss, sub, aud, auth_time });
    expect(refreshed.access_token).not.toBe(tokens.access_token);
    await op.userinfo(refreshed, sub);
    op.newBrowser();
    const other = await op.signIn(wanted, secondClient);
    const stolen = await refresh(other.tokens.refresh_token);
    expect(stolen.status).toBe(400);
    expect(await stolen.json()).toMatchObject({ error: "invalid_grant" });
  },
  "oidcc-ensure-request-with-valid-pkce-succeeds": async (op) => {
    const verifier = generateRandomCodeVerifier();
    const request = op.authorizationRequest({
      code_challenge: await calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
    });
    const code = op.codeOf(await op.authorize(request), request);
    const tokens = await op.tokensOf(await op.redeem(code, { code_verifier: verifier }));
    await op.verifyIdToken(tokens, request);
  },
});
