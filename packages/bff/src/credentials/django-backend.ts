import { decodeJwt } from "jose";
import { z } from "zod";
import type { RefreshedTokens } from "../refresher.ts";
import type { CredentialsBackend, Person } from "./credentials-backend.ts";
import { type JsonAnswer, type JsonRequest, requestJson } from "./json-client.ts";
import { parsePerson, parseTokenPair } from "./simplejwt-tokens.ts";

/** Where a Django project has mounted simplejwt's views, and its own view of the signed-in user. */
export interface DjangoPaths {
  readonly token: string;
  readonly refresh: string;
  readonly blacklist: string;
  /** Asked at sign-in, where the access token's claims lack name or e-mail address. */
  readonly me: string;
}

/** Address of the Django project. */
export interface DjangoBackendOptions {
  /** With or without a path, e.g. `https://api.example.com`. */
  readonly url: string;
  readonly paths?: Partial<DjangoPaths>;
  /** For each request, up to its last byte; 10 s unless told. */
  readonly timeoutMs?: number;
}

const defaultPaths: DjangoPaths = {
  token: "/api/token/",
  refresh: "/api/token/refresh/",
  blacklist: "/api/token/blacklist/",
  me: "/api/me/",
};

// What Django REST framework says no with. A 401 without it comes from something in between.
const refusalSchema = z.object({ detail: z.string(), code: z.string().default("token_not_valid") });

function unexpected(what: string, { status, body }: JsonAnswer): Error {
  const kind = status >= 300 && status < 400 ? "a redirect, which is not followed" : "an unexpected answer";
  return new Error(`${what}: ${kind} (${status}${body === undefined ? ", not JSON" : ""}).`);
}

/** Signs people in at a Django project with djangorestframework-simplejwt. */
export function createDjangoBackend(options: DjangoBackendOptions): CredentialsBackend {
  const base = options.url.replace(/\/+$/, "");
  const paths = { ...defaultPaths, ...options.paths };

  const send = async (
    call: Omit<JsonRequest, "url" | "signal"> & { readonly path: string; readonly signal?: AbortSignal },
  ): Promise<JsonAnswer> => {
    const { path, signal, ...rest } = call;
    const limit = AbortSignal.timeout(options.timeoutMs ?? 10_000);
    return requestJson({
      ...rest,
      url: base + path,
      signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
    });
  };

  const personOf = async ({ accessToken }: RefreshedTokens, signal: AbortSignal): Promise<Person> => {
    const claimed = parsePerson(decodeJwt(accessToken));
    if (claimed !== null) return claimed;
    const answer = await send({ method: "GET", path: paths.me, accessToken, signal });
    if (answer.status !== 200) throw unexpected(paths.me, answer);
    const person = parsePerson(answer.body);
    if (person === null) throw new Error(`${paths.me}: no id, name or e-mail address.`);
    return person;
  };

  return {
    async signIn({ username, password }, signal) {
      try {
        const body = { username, password };
        const answer = await send({ method: "POST", path: paths.token, body, signal });
        // 400: a field was empty. 403: locked, for example by django-axes.
        if ([400, 401, 403].includes(answer.status) && answer.body !== undefined) return { kind: "refused" };
        if (answer.status !== 200) return { kind: "unavailable", cause: unexpected(paths.token, answer) };
        const tokens = parseTokenPair(answer);
        return { kind: "signed-in", tokens, person: await personOf(tokens, signal) };
      } catch (cause) {
        return { kind: "unavailable", cause };
      }
    },

    async refresh(refreshToken) {
      try {
        const body = { refresh: refreshToken };
        const answer = await send({ method: "POST", path: paths.refresh, body });
        const refusal = refusalSchema.safeParse(answer.body);
        if (answer.status === 401 && refusal.success) return { kind: "ended", error: refusal.data.code };
        if (answer.status !== 200) return { kind: "unavailable", cause: unexpected(paths.refresh, answer) };
        return { kind: "refreshed", tokens: parseTokenPair(answer) };
      } catch (cause) {
        return { kind: "unavailable", cause };
      }
    },

    async revoke(refreshToken) {
      const answer = await send({ method: "POST", path: paths.blacklist, body: { refresh: refreshToken } });
      const dead = answer.status === 401 && refusalSchema.safeParse(answer.body).success;
      if (!dead && (answer.status < 200 || answer.status > 299)) throw unexpected(paths.blacklist, answer);
    },
  };
}
