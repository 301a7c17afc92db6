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

/**
 * One call at a time, shared by all who ask meanwhile; a failed one is remembered for a second, so that a flood of
 * requests does not become a flood on an issuer in trouble.
 */
function sparing<T>(call: () => Promise<T>): () => Promise<T> {
  let failure: { error: Error; at: number } | undefined;
  let pending: Promise<T> | undefined;
  return () => {
    if (failure !== undefined && Date.now() - failure.at < retryAfterMs) return Promise.reject(failure.error);
    pending ??= call()
      .then(
        (result) => {
          failure = undefined;
          return result;
        },
        (error: unknown) => {
          failure = { error: error instanceof Error ? error : new Error(String(error)), at: Date.now() };
          throw error;
        },
      )
      .finally(() => {
        pending = undefined;
      });
    return pending;
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

/** The issuer's keys. */
export interface KeySource {
  /** The key a token names; jose's own error when there is none, `AccessTokenError` when the keys cannot be read. */
  readonly getKey: JWTVerifyGetKey;
  /** Resolves when keys are at hand, reading them if need be. */
  ready(): Promise<void>;
}

/**
 * Reads the issuer's keys. Keys older than five minutes are used while new ones are read in the background, so that
 * tokens stay valid while identity is down; after an hour without success they are given up.
 */
export function createKeySource(options: KeySourceOptions): KeySource {
  const { issuer, jwksUri, fetch = globalThis.fetch, cooldownMs = 5_000 } = options;
  let keySet: RemoteJWKSet | undefined;
  let readAt = Date.now();

  async function read(uri: string): Promise<Response> {
    const response = await fetch(uri, {
      headers: { accept: "application/jwk-set+json, application/json" },
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!response.ok) throw new Error(`the key set answered ${String(response.status)}`);
    readAt = Date.now();
    return response;
  }

  const discover = sparing(async () => jwksUri ?? (await discoverJwksUri(issuer, fetch)));

  async function keys(): Promise<RemoteJWKSet> {
    if (keySet !== undefined) return keySet;
    const uri = await discover();
    keySet ??= createRemoteJWKSet(new URL(uri), {
      cooldownDuration: cooldownMs,
      cacheMaxAge: discardAfterMs,
      [customFetch]: sparing(() => read(uri)),
    });
    return keySet;
  }

  return {
    async getKey(header, token) {
      try {
        const set = await keys();
        if (Date.now() - readAt > refreshAfterMs) set.reload().catch(() => undefined);
        return await set(header, token);
      } catch (error) {
        if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
          throw error;
        throw new AccessTokenError("keys_unavailable", error);
      }
    },
    async ready() {
      const set = await keys();
      if (!set.fresh) await set.reload();
    },
  };
}
