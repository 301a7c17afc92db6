import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey, type RemoteJWKSet } from "jose";
import { AccessTokenError } from "./errors.ts";

/** Where the issuer's keys are read from and how often. */
export interface KeySourceOptions {
  issuer: string;
  /** Read from the issuer's discovery document when not given. */
  jwksUri?: string;
  fetch?: typeof globalThis.fetch;
  /** Shortest time between two reads that an unknown `kid` may cause, in milliseconds; 5 s when not given. */
  cooldownMs?: number;
}

const refreshAfterMs = 5 * 60_000;
const discardAfterMs = 60 * 60_000;
const retryAfterMs = 1_000;
const timeoutMs = 3_000;

/** Remembers a failed call for a second, so that a flood of requests does not become a flood on an issuer in trouble. */
function sparing<T>(call: () => Promise<T>): () => Promise<T> {
  let failure: { error: unknown; at: number } | undefined;
  return async () => {
    if (failure !== undefined && Date.now() - failure.at < retryAfterMs) throw failure.error;
    try {
      const result = await call();
      failure = undefined;
      return result;
    } catch (error) {
      failure = { error, at: Date.now() };
      throw error;
    }
  };
}

async function discoverJwksUri(issuer: string, fetch: typeof globalThis.fetch): Promise<string> {
  const response = await fetch(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`, {
    redirect: "error",
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (!response.ok) throw new Error(`discovery answered ${String(response.status)}`);
  const document = (await response.json()) as { issuer?: unknown; jwks_uri?: unknown };
  // OpenID Connect Discovery 1.0 section 4.3: the document must name the issuer it was asked for.
  if (document.issuer !== issuer || typeof document.jwks_uri !== "string") {
    throw new Error("the discovery document is not this issuer's");
  }
  return document.jwks_uri;
}

/**
 * Resolves the issuer's key for a token. Keys older than five minutes are used while new ones are read in the
 * background, so that tokens stay valid while identity is down; after an hour without success they are given up.
 */
export function createKeySource(options: KeySourceOptions): JWTVerifyGetKey {
  const { issuer, jwksUri, fetch = globalThis.fetch, cooldownMs = 5_000 } = options;
  let keySet: Promise<RemoteJWKSet> | undefined;
  let readAt = 0;

  const discover = sparing(() => discoverJwksUri(issuer, fetch));
  async function createKeySet(): Promise<RemoteJWKSet> {
    const uri = jwksUri ?? (await discover());
    const read = sparing(async () => {
      const response = await fetch(uri, {
        headers: { accept: "application/jwk-set+json, application/json" },
        redirect: "error",
        signal: AbortSignal.timeout(timeoutMs),
      });
      if (!response.ok) throw new Error(`the key set answered ${String(response.status)}`);
      readAt = Date.now();
      return response;
    });
    return createRemoteJWKSet(new URL(uri), {
      cooldownDuration: cooldownMs,
      cacheMaxAge: discardAfterMs,
      [customFetch]: read,
    });
  }

  return async (header, token) => {
    try {
      keySet ??= createKeySet();
      const keys = await keySet;
      if (readAt !== 0 && Date.now() - readAt > refreshAfterMs) keys.reload().catch(() => undefined);
      return await keys(header, token);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
        throw error;
      // A failed discovery must not stay: the next request asks again.
      if (readAt === 0) keySet = undefined;
      throw new AccessTokenError("keys_unavailable", error);
    }
  };
}
