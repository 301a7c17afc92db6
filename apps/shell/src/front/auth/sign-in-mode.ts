import { createDjangoBackend, createRefresher } from "@mullion/bff";
import { type ApiRoute, serviceRoutes } from "@mullion/contracts";
import type { FastifyBaseLogger, FastifyInstance } from "fastify";
import type { CredentialsEnv, OidcEnv, ShellEnv } from "../env.ts";
import type { Sessions, TokenIssuer } from "../session/create-sessions.ts";
import { backchannelLogout } from "./backchannel-logout.ts";
import { createAttemptLimits } from "./credentials/attempt-limits.ts";
import { credentialsPlugin } from "./credentials/plugin.ts";
import { endAtIdentity } from "./end-at-identity.ts";
import { authPlugin } from "./plugin.ts";

/** How people sign in here: who issues their tokens, and the routes it takes. */
export interface SignInMode {
  readonly issuer: TokenIssuer;
  mount(app: FastifyInstance, sessions: Sessions, log: FastifyBaseLogger): Promise<void>;
}

function oidcMode(env: OidcEnv): SignInMode {
  const client = { issuer: env.ISSUER, clientId: env.CLIENT_ID, clientSecret: env.CLIENT_SECRET };
  return {
    issuer: { refresh: createRefresher(client), end: (signOut) => endAtIdentity(client, signOut) },
    async mount(app, { store, ender, seenLogoutTokens }, log) {
      await app.register(authPlugin, { env, store, sessions: ender, log });
      await app.register(backchannelLogout, { ...client, store, seen: seenLogoutTokens });
    },
  };
}

function credentialsMode(env: CredentialsEnv, routes: readonly ApiRoute[]): SignInMode {
  const backend = createDjangoBackend({ url: env.CREDENTIALS_URL });
  const audiences = [...new Set(serviceRoutes(routes).map(({ audience }) => audience))];
  return {
    issuer: {
      refresh: (refreshToken) => backend.refresh(refreshToken),
      end: async ({ refreshToken }) => {
        if (refreshToken !== null) await backend.revoke(refreshToken);
      },
    },
    async mount(app, { store, ender, redis }, log) {
      const limits = createAttemptLimits(redis);
      const dependencies = { env, store, sessions: ender, log, backend, limits, audiences };
      await app.register(credentialsPlugin, dependencies);
    },
  };
}

/** The mode that `SIGN_IN` names. */
export function createSignInMode(env: ShellEnv, routes: readonly ApiRoute[]): SignInMode {
  return env.SIGN_IN === "oidc" ? oidcMode(env) : credentialsMode(env, routes);
}
