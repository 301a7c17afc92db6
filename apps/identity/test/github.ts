import { hash, randomUUID } from "node:crypto";
import formbody from "@fastify/formbody";
import Fastify, { type FastifyReply } from "fastify";

export const githubClient = { clientId: "Iv1.mullion", clientSecret: "github-secret" };

/** An address as `/user/emails` lists it. */
export interface GitHubEmail {
  email: string;
  primary: boolean;
  verified: boolean;
}

/** GitHub as it really answers, for the account of the moment. */
export interface TestGitHub {
  url: string;
  account: { id: number; login: string; name: string | null; emails: GitHubEmail[] };
  /** What goes wrong, if anything. */
  trouble:
    | "none"
    | "denied"
    | "bad_verification_code"
    | "incorrect_client_credentials"
    | "api_down"
    | "no_scope";
  asked: URLSearchParams[];
  /** Requests to the API, with their headers. */
  apiRequests: { url: string; headers: Readonly<Record<string, unknown>> }[];
  close(): Promise<void>;
}

interface Code {
  challenge: string;
  scope: string;
  account: TestGitHub["account"];
}

const documentation =
  "https://docs.github.com/apps/managing-oauth-apps/troubleshooting-oauth-app-access-token-request-errors/";

/**
 * GitHub's OAuth 2.0: no OpenID Connect; the token endpoint answers form-encoded unless asked for JSON, and its errors
 * come with status 200; scopes come back with commas; the API wants a `User-Agent`; the address in `/user` is only the
 * public one, and often null.
 */
export async function startGitHub(redirectUri: () => string): Promise<TestGitHub> {
  const app = Fastify();
  await app.register(formbody);
  const codes = new Map<string, Code>();
  const tokens = new Map<string, Code>();
  const github: TestGitHub = {
    url: "",
    account: {
      id: 583231,
      login: "octocat",
      name: "The Octocat",
      emails: [
        { email: "old@example.test", primary: false, verified: true },
        { email: "Octocat@Example.test", primary: true, verified: true },
      ],
    },
    trouble: "none",
    asked: [],
    apiRequests: [],
    close: () => app.close(),
  };

  app.get<{ Querystring: Record<string, string> }>("/login/oauth/authorize", async (request, reply) => {
    const query = new URLSearchParams(request.query);
    github.asked.push(query);
    if (query.get("client_id") !== githubClient.clientId) return reply.code(404).send("Not Found");
    const answer = new URL(redirectUri());
    answer.searchParams.set("state", query.get("state") ?? "");
    if (query.get("redirect_uri") !== redirectUri()) {
      answer.searchParams.set("error", "redirect_uri_mismatch");
    } else if (github.trouble === "denied") {
      answer.searchParams.set("error", "access_denied");
      answer.searchParams.set("error_description", "The user has denied your application access.");
    } else {
      const code = randomUUID().replaceAll("-", "").slice(0, 20);
      const { emails, ...account } = github.account;
      codes.set(code, {
        challenge: query.get("code_challenge") ?? "",
        scope: query.get("scope") ?? "",
        account: { ...account, emails: [...emails] },
      });
      answer.searchParams.set("code", code);
    }
    return reply.redirect(answer.href);
  });

  function send(reply: FastifyReply, accept: string, body: Readonly<Record<string, string>>): FastifyReply {
    if (accept.includes("application/json")) return reply.type("application/json; charset=utf-8").send(body);
    const type = "application/x-www-form-urlencoded; charset=utf-8";
    return reply.type(type).send(new URLSearchParams(body).toString());
  }

  app.post<{ Body: Record<string, string> }>(
    "/login/oauth/access_token",
    async ({ body, headers }, reply) => {
      const accept = headers.accept ?? "";
      // With status 200, as GitHub does.
      const refuse = (error: string): FastifyReply =>
        send(reply, accept, {
          error,
          error_description: `${error}.`,
          error_uri: `${documentation}#${error}`,
        });
      const { client_id: id, client_secret: secret, code: given = "", code_verifier: verifier = "" } = body;
      const authentic = id === githubClient.clientId && secret === githubClient.clientSecret;
      if (!authentic || github.trouble === "incorrect_client_credentials") {
        return refuse("incorrect_client_credentials");
      }
      const code = codes.get(given);
      codes.delete(given);
      const proven = code !== undefined && hash("sha256", verifier, "base64url") === code.challenge;
      if (!proven || github.trouble === "bad_verification_code") return refuse("bad_verification_code");
      const token = `gho_${randomUUID().replaceAll("-", "")}`;
      tokens.set(token, code);
      const scope = code.scope.replaceAll(" ", ",");
      return send(reply, accept, { access_token: token, scope, token_type: "bearer" });
    },
  );

  app.get<{ Params: { "*": string } }>("/api/*", async ({ headers, url }, reply) => {
    github.apiRequests.push({ url, headers });
    if (github.trouble === "api_down") return reply.code(502).send("Bad Gateway");
    if (headers["user-agent"] === undefined) return reply.code(403).send("Request forbidden: no User-Agent");
    const granted = tokens.get(headers.authorization?.replace(/^Bearer /, "") ?? "");
    if (granted === undefined) return reply.code(401).send({ message: "Bad credentials", status: "401" });
    const { emails, ...user } = granted.account;
    if (url === "/api/user") return { ...user, email: null, type: "User" };
    const mayRead = granted.scope.split(" ").includes("user:email") && github.trouble !== "no_scope";
    if (url !== "/api/user/emails" || !mayRead) return reply.code(404).send({ message: "Not Found" });
    return emails.map((entry) => ({ ...entry, visibility: entry.primary ? "private" : null }));
  });
  github.url = (await app.listen({ host: "127.0.0.1", port: 0 })).replace("127.0.0.1", "localhost");
  return github;
}
