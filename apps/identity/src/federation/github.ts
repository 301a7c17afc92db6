import * as openid from "openid-client";
import { z } from "zod";
import { permitLocalHttp } from "./google.ts";
import { toUpstreamError, type Upstream, UpstreamError } from "./upstream.ts";

/** How identity is registered with GitHub. */
export interface GitHubOptions {
  clientId: string;
  clientSecret: string;
  /** `https://github.com`, or a GitHub Enterprise Server. */
  url: string;
  /** `https://api.github.com`, or `https://<server>/api/v3`. */
  apiUrl: string;
}

const timeoutSeconds = 5;
const userSchema = z.object({
  // The number stays; the login is renamed and given to somebody else.
  id: z.number().int().positive(),
  login: z.string(),
  name: z.string().nullish(),
});
const emailsSchema = z.array(z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }));
const errorSchema = z.object({ error: z.string() });

/** GitHub answers 200 with `{ "error": … }` where RFC 6749 has 400. Behind this it answers as the RFC says. */
async function fetchLikeRfc6749(url: string, options: openid.CustomFetchOptions): Promise<Response> {
  const { body, headers, method, redirect, signal } = options;
  const response = await fetch(url, {
    method,
    headers: { ...headers, accept: "application/json", "user-agent": "Mullion" },
    redirect,
    ...(body === undefined ? {} : { body }),
    ...(signal === undefined ? {} : { signal }),
  });
  if (!response.ok) return response;
  const text = await response.text();
  const { headers: answered } = response;
  return new Response(text, { status: isError(text) ? 400 : 200, headers: answered });
}

function isError(text: string): boolean {
  try {
    return errorSchema.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}

function createConfiguration({ clientId, clientSecret, url }: GitHubOptions): openid.Configuration {
  const server = {
    issuer: `${url}/login/oauth`,
    authorization_endpoint: `${url}/login/oauth/authorize`,
    token_endpoint: `${url}/login/oauth/access_token`,
    code_challenge_methods_supported: ["S256"],
  };
  const config = new openid.Configuration(server, clientId, clientSecret);
  config.timeout = timeoutSeconds;
  config[openid.customFetch] = fetchLikeRfc6749;
  for (const permit of permitLocalHttp(url)) permit(config);
  return config;
}

/** GitHub: OAuth 2.0 without OpenID Connect, so that its API says who signed in. */
export function createGitHub(options: GitHubOptions): Upstream {
  const config = createConfiguration(options);

  async function read<Schema extends z.ZodType>(
    path: string,
    token: string,
    schema: Schema,
  ): Promise<z.output<Schema>> {
    const headers = new Headers({
      accept: "application/vnd.github+json",
      "user-agent": "Mullion",
      "x-github-api-version": "2022-11-28",
      authorization: `Bearer ${token}`,
    });
    const response = await fetch(`${options.apiUrl}${path}`, {
      headers,
      redirect: "error",
      signal: AbortSignal.timeout(timeoutSeconds * 1000),
    });
    if (!response.ok) {
      await response.body?.cancel();
      const code = response.status >= 500 || response.status === 429 ? "unavailable" : "invalid";
      throw new UpstreamError(code, `${path} answered ${String(response.status)}`);
    }
    return schema.parse(await response.json());
  }

  return {
    id: "github",
    name: "GitHub",
    async authorizationUrl(redirectUri, { state, codeVerifier }) {
      return openid.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: "read:user user:email",
        state,
        code_challenge: await openid.calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: "S256",
        prompt: "select_account",
      });
    },
    async userOf(callback, { state, codeVerifier }) {
      try {
        const { access_token: token } = await openid.authorizationCodeGrant(config, callback, {
          expectedState: state,
          pkceCodeVerifier: codeVerifier,
        });
        const [user, emails] = await Promise.all([
          read("/user", token, userSchema),
          read("/user/emails", token, emailsSchema),
        ]);
        // Secondary addresses are often old ones, and of others meanwhile.
        const primary = emails.find((entry) => entry.primary);
        const email = z.email().max(254).toLowerCase().safeParse(primary?.email).data;
        return {
          issuer: config.serverMetadata().issuer,
          subject: String(user.id),
          email,
          verifiedEmail: primary?.verified === true ? email : undefined,
          name: user.name?.trim() || user.login,
        };
      } catch (error) {
        throw toUpstreamError(error);
      }
    },
  };
}
