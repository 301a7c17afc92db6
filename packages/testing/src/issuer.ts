import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { apiAudience } from "@mullion/contracts";
import { type CryptoKey, decodeJwt, type JWTHeaderParameters, SignJWT } from "jose";
import { createSigningKey, type SigningKey } from "./signing-key.ts";

/** Claims of a token to sign; one given as `undefined` is left out. */
export interface TestClaims {
  [name: string]: unknown;
}

/** What `sign` puts in place of the defaults. A header given as `undefined` is left out. */
export interface SignOverrides {
  header?: { [name: string]: unknown };
  key?: CryptoKey | Uint8Array;
  /** Seconds until expiry, 600 when not given; negative for an expired token. */
  expiresInSeconds?: number;
}

/** An authorization server for tests: real HTTP, discovery, JWKS, a token endpoint for client credentials, introspection. */
export interface TestIssuer {
  /** Issuer identifier and address. */
  url: string;
  /** Requests answered so far, by endpoint. */
  requests: { discovery: number; jwks: number; token: number; introspection: number };
  /** An access token (RFC 9068) that verifiers accept, unless claims or overrides spoil it. */
  sign(claims?: TestClaims, overrides?: SignOverrides): Promise<string>;
  /** An opaque access token: only introspection tells what it is. */
  issueOpaque(claims?: TestClaims): string;
  /** Makes a token inactive: its signature stays good, introspection says it is over. */
  revoke(token: string): void;
  /** The key in use; its public part is in the JWKS. */
  currentKey(): SigningKey;
  /** Signs with a new key from now on. The old one stays in the JWKS unless `dropOld`. */
  rotateKey(options?: { dropOld?: boolean }): Promise<void>;
  /** While true every request is answered 503. */
  setDown(down: boolean): void;
  close(): Promise<void>;
}

function present(entries: { [name: string]: unknown }): { [name: string]: unknown } {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return new URLSearchParams(Buffer.concat(chunks).toString("utf8"));
}

function clientIdOf(request: IncomingMessage): string {
  const [scheme, credentials = ""] = (request.headers.authorization ?? "").split(" ");
  if (scheme !== "Basic") return "";
  const [id = ""] = Buffer.from(credentials, "base64").toString("utf8").split(":");
  return decodeURIComponent(id);
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/** Starts an issuer on a free port of 127.0.0.1. */
export async function createTestIssuer(): Promise<TestIssuer> {
  let keys: [SigningKey, ...SigningKey[]] = [await createSigningKey()];
  let down = false;
  const requests = { discovery: 0, jwks: 0, token: 0, introspection: 0 };
  const issued = new Map<string, TestClaims>();

  async function sign(claims: TestClaims = {}, overrides: SignOverrides = {}): Promise<string> {
    const payload = claimsOf(claims, overrides.expiresInSeconds);
    const header = present({ alg: "ES256", typ: "at+jwt", kid: keys[0].kid, ...overrides.header });
    const token = await new SignJWT(payload)
      .setProtectedHeader(header as JWTHeaderParameters)
      .sign(overrides.key ?? keys[0].privateKey);
    issued.set(token, decodeJwt(token));
    return token;
  }

  function claimsOf(claims: TestClaims, expiresInSeconds = 600): TestClaims {
    const now = Math.floor(Date.now() / 1000);
    return present({
      iss: url,
      sub: "user-1",
      aud: apiAudience,
      client_id: "mullion-shell",
      jti: randomUUID(),
      iat: now,
      exp: now + expiresInSeconds,
      scope: "",
      roles: [],
      ...claims,
    });
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (down) {
      sendJson(response, 503, { error: "temporarily_unavailable" });
    } else if (request.url === "/.well-known/openid-configuration") {
      requests.discovery += 1;
      sendJson(response, 200, {
        issuer: url,
        authorization_endpoint: `${url}/auth`,
        token_endpoint: `${url}/token`,
        introspection_endpoint: `${url}/token/introspection`,
        jwks_uri: `${url}/jwks`,
        response_types_supported: ["code"],
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: ["ES256"],
      });
    } else if (request.url === "/jwks") {
      requests.jwks += 1;
      sendJson(response, 200, { keys: keys.map(({ publicJwk }) => publicJwk) });
    } else if (request.url === "/token/introspection" && request.method === "POST") {
      requests.introspection += 1;
      const claims = issued.get((await readForm(request)).get("token") ?? "");
      const active = claims !== undefined && clientIdOf(request) !== "";
      sendJson(response, 200, active ? { token_type: "Bearer", ...claims, active } : { active });
    } else if (request.url === "/token" && request.method === "POST") {
      requests.token += 1;
      const form = await readForm(request);
      const clientId = clientIdOf(request);
      if (form.get("grant_type") !== "client_credentials" || clientId === "") {
        sendJson(response, 400, { error: "invalid_request" });
        return;
      }
      const scope = form.get("scope") ?? "";
      const token = await sign({ sub: clientId, client_id: clientId, scope });
      sendJson(response, 200, { access_token: token, token_type: "Bearer", expires_in: 600, scope });
    } else {
      sendJson(response, 404, { error: "not_found" });
    }
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("not a TCP address");
  const url = `http://127.0.0.1:${String(address.port)}`;

  return {
    url,
    requests,
    sign,
    issueOpaque: (claims = {}) => {
      const token = randomUUID();
      issued.set(token, { ...claimsOf(claims), jti: undefined });
      return token;
    },
    revoke: (token) => {
      issued.delete(token);
    },
    currentKey: () => keys[0],
    rotateKey: async ({ dropOld = false } = {}) => {
      const next = await createSigningKey();
      keys = dropOld ? [next] : [next, ...keys];
    },
    setDown: (value) => {
      down = value;
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, "close");
    },
  };
}
