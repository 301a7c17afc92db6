import { hash, randomUUID } from "node:crypto";
import formbody from "@fastify/formbody";
import { createSigningKey } from "@mullion/testing";
import Fastify from "fastify";
import { type JWTPayload, SignJWT } from "jose";

export const googleClient = { clientId: "mullion.apps.test", clientSecret: "google-secret" };

/** Who is signed in at the provider. */
export interface GoogleAccount {
  sub: string;
  email?: string;
  email_verified?: boolean | string;
  name?: string;
}

/** What the provider does wrong, if anything. */
export interface Misbehaviour {
  /** In place of the claims of the ID token. */
  claims?: Readonly<Record<string, unknown>>;
  /** In place of the parameters of the authorization response; empty ones are left out. */
  response?: Readonly<Record<string, string>>;
  /** Signs with a key that is not in the JWKS. */
  forged?: boolean;
  /** Answers every request but those of the browser with 503. */
  down?: boolean;
}

/**
 * An OpenID provider as Google is one: discovery, authorization code with PKCE and nonce, client_secret_post, RS256 or
 * here ES256 ID tokens. Nobody is asked: the account of the moment is the one that is signed in.
 */
export interface TestGoogle {
  issuer: string;
  account: GoogleAccount;
  misbehaviour: Misbehaviour;
  /** Parameters of the authorization requests so far. */
  asked: URLSearchParams[];
  close(): Promise<void>;
}

interface Code {
  challenge: string;
  nonce: string;
  redirectUri: string;
  account: GoogleAccount;
}

function requireThat(condition: boolean, error: string): asserts condition {
  if (!condition) throw Object.assign(new Error(error), { statusCode: 400 });
}

export async function startGoogle(redirectUri: () => string): Promise<TestGoogle> {
  const app = Fastify();
  await app.register(formbody);
  const [key, strangersKey] = await Promise.all([createSigningKey(), createSigningKey()]);
  const codes = new Map<string, Code>();
  const google: TestGoogle = {
    issuer: "",
    account: { sub: "1", email: "ada@example.test", email_verified: true, name: "Ada Lovelace" },
    misbehaviour: {},
    asked: [],
    close: () => app.close(),
  };
  app.setErrorHandler(({ message }: Error, _request, reply) => reply.code(400).send({ error: message }));
  app.addHook("onRequest", async (request, reply) => {
    const forBrowsers = request.url.startsWith("/authorize");
    if (google.misbehaviour.down === true && !forBrowsers) return reply.code(503).send("down");
  });

  app.get("/.well-known/openid-configuration", async () => ({
    issuer: google.issuer,
    authorization_endpoint: `${google.issuer}/authorize`,
    token_endpoint: `${google.issuer}/token`,
    jwks_uri: `${google.issuer}/jwks`,
    response_types_supported: ["code"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["ES256"],
    code_challenge_methods_supported: ["S256"],
    authorization_response_iss_parameter_supported: true,
  }));
  app.get("/jwks", async () => ({ keys: [key.publicJwk] }));

  app.get<{ Querystring: Record<string, string> }>("/authorize", async (request, reply) => {
    const query = new URLSearchParams(request.query);
    google.asked.push(query);
    requireThat(query.get("client_id") === googleClient.clientId, "invalid_client");
    requireThat(query.get("redirect_uri") === redirectUri(), "redirect_uri_mismatch");
    requireThat(query.get("response_type") === "code", "unsupported_response_type");
    requireThat(query.get("code_challenge_method") === "S256", "invalid_request");
    requireThat(query.get("scope")?.split(" ").includes("openid") === true, "invalid_scope");
    const code = randomUUID();
    codes.set(code, {
      challenge: query.get("code_challenge") ?? "",
      nonce: query.get("nonce") ?? "",
      redirectUri: redirectUri(),
      account: { ...google.account },
    });
    const answer = new URL(redirectUri());
    const state = query.get("state") ?? "";
    const parameters = { code, state, iss: google.issuer, ...google.misbehaviour.response };
    for (const [name, value] of Object.entries(parameters)) {
      if (value !== "") answer.searchParams.set(name, value);
    }
    return reply.redirect(answer.href);
  });

  app.post<{ Body: Record<string, string> }>("/token", async ({ body }, reply) => {
    const code = codes.get(body["code"] ?? "");
    codes.delete(body["code"] ?? "");
    requireThat(body["client_id"] === googleClient.clientId, "invalid_client");
    requireThat(body["client_secret"] === googleClient.clientSecret, "invalid_client");
    requireThat(code !== undefined && code.redirectUri === body["redirect_uri"], "invalid_grant");
    requireThat(hash("sha256", body["code_verifier"] ?? "", "base64url") === code.challenge, "invalid_grant");
    const signer = google.misbehaviour.forged === true ? strangersKey : key;
    const now = Math.floor(Date.now() / 1000);
    const claims: JWTPayload = {
      iss: google.issuer,
      aud: googleClient.clientId,
      iat: now,
      exp: now + 3600,
      ...code.account,
      nonce: code.nonce,
      ...google.misbehaviour.claims,
    };
    const header = { alg: "ES256", kid: key.kid };
    const idToken = await new SignJWT(claims).setProtectedHeader(header).sign(signer.privateKey);
    return reply.header("cache-control", "no-store").send({
      access_token: randomUUID(),
      token_type: "Bearer",
      expires_in: 3599,
      id_token: idToken,
    });
  });
  google.issuer = (await app.listen({ host: "127.0.0.1", port: 0 })).replace("127.0.0.1", "localhost");
  return google;
}
