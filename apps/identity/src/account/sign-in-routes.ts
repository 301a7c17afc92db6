import type { FastifyInstance } from "fastify";
import { calculatePKCECodeChallenge, randomPKCECodeVerifier } from "openid-client";
import { html } from "../pages/html.ts";
import { page } from "../pages/layout.ts";
import { sendPage } from "../pages/send-page.ts";
import { endSignInById, listSignIns } from "../sign-ins/sign-in-store.ts";
import { type AccountArea, type AccountRequest, toPage } from "./area.ts";
import { ownCallback, ownClientId } from "./own-client.ts";
import { toSignedOut } from "./signed-out.ts";

/** Pages that a sign-in may come back to. Anything else in a request leads to the first one. */
const places: ReadonlySet<unknown> = new Set([
  "/account",
  "/account/name",
  "/account/email",
  "/account/password",
  "/account/devices",
  "/account/linked-accounts",
  "/account/apps",
  "/account/delete",
]);

function placeOf(wanted: unknown): string {
  return typeof wanted === "string" && places.has(wanted) ? wanted : "/account";
}

/**
 * Signing in to the account area, and out. Identity is its own client here: the authorization endpoint brings the sign-in
 * page with everything that belongs to it (limits, other providers, later second factors), a fresh session id, and
 * re-authentication (`prompt=login`). What counts afterwards is the session cookie that the endpoint has set; the code
 * is left to expire, and since its PKCE verifier was thrown away nobody can redeem it. The callback therefore has no
 * effect that another site could bring about.
 */
export function signInRoutes(app: FastifyInstance, area: AccountArea): void {
  const { issuer, pages, audit, pool } = area.options;

  async function authorizationUrl(place: string, extra: Readonly<Record<string, string>>): Promise<string> {
    const url = new URL("/auth", issuer);
    url.search = new URLSearchParams({
      client_id: ownClientId,
      response_type: "code",
      redirect_uri: `${issuer}${ownCallback}`,
      scope: "openid",
      state: place,
      code_challenge: await calculatePKCECodeChallenge(randomPKCECodeVerifier()),
      code_challenge_method: "S256",
      ...extra,
    }).toString();
    return url.href;
  }

  app.get("/account/sign-in", async (request: AccountRequest, reply) =>
    toPage(reply, await authorizationUrl(placeOf(request.query["to"]), {})),
  );

  area.get("/account/confirm", async ({ user }, request, reply) => {
    const again = { prompt: "login", login_hint: user.email };
    return toPage(reply, await authorizationUrl(placeOf(request.query["to"]), again));
  });

  app.get(ownCallback, async (request: AccountRequest, reply) =>
    // Only "sign in again" can have been refused, or failed: the page that is gone to says what it needs.
    toPage(reply, placeOf(request.query["state"])),
  );

  area.post("/account/sign-out", async ({ user, sessionUid }, request, reply) => {
    const here = (await listSignIns(pool, user.id)).find((signIn) => signIn.sessionUid === sessionUid);
    if (here !== undefined) await endSignInById(pool, user.id, here.id);
    await audit.write({ action: "signout", userId: user.id, clientId: ownClientId, address: request.ip });
    return toSignedOut(reply, issuer);
  });

  app.get("/account/signed-out", async (_request, reply) => {
    const card = html`<p class="mu-muted">You are signed out of Mullion in this browser.</p>
        <a class="mu-button mu-button--wide" href="/account">Sign in again</a>`;
    return sendPage(reply, 200, page(pages, "Signed out", card));
  });
}
