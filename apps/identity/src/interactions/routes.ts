import formbody from "@fastify/formbody";
import { ProblemError, toProblemError } from "@mullion/http-service";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type Provider from "oidc-provider";
import { errors, type Interaction } from "oidc-provider";
import { z } from "zod";
import { isFirstParty } from "../clients/client-metadata.ts";
import { consentPage } from "../pages/consent-page.ts";
import { errorPage } from "../pages/error-page.ts";
import type { PageContext } from "../pages/layout.ts";
import { sendPage } from "../pages/send-page.ts";
import { type SignInView, signInPage, wrongCredentials } from "../pages/sign-in-page.ts";
import type { CurrentProvider } from "../provider/current-provider.ts";
import { maxPasswordLength } from "../users/password.ts";
import { type AuthenticateOptions, authenticate } from "./authenticate.ts";
import { allowedGrant, askedScopes } from "./consent.ts";
import { requireSameOrigin } from "./same-origin.ts";

/** What the pages between the authorization request and its answer need. */
export interface InteractionOptions extends AuthenticateOptions {
  issuer: string;
  current: CurrentProvider;
  pages: PageContext;
}

type Request = FastifyRequest<{ Params: { uid: string } }>;

const credentials = z.object({
  email: z.string().trim().toLowerCase().min(1).max(254),
  password: z.string().min(1).max(maxPasswordLength),
});
const decision = z.object({ decision: z.enum(["allow", "deny"]) });

function redirectUri({ params }: Interaction): string[] {
  return typeof params["redirect_uri"] === "string" ? [params["redirect_uri"]] : [];
}

/** The interaction that the cookie and the address agree on. */
async function findInteraction(
  provider: Provider,
  request: Request,
  reply: FastifyReply,
  prompt?: string,
): Promise<Interaction> {
  const interaction = await provider.interactionDetails(request.raw, reply.raw);
  if (
    interaction.uid !== request.params.uid ||
    (prompt !== undefined && interaction.prompt.name !== prompt)
  ) {
    throw new errors.SessionNotFound("this is another step of the sign-in");
  }
  return interaction;
}

/** Answers whatever went wrong with a page. */
function setErrorPages(app: FastifyInstance, pages: PageContext): void {
  app.setErrorHandler(async (error, request, reply) => {
    const known = error instanceof errors.OIDCProviderError;
    const problem = known
      ? new ProblemError({ status: error.statusCode, code: error.error, title: error.message })
      : toProblemError(error);
    if (problem.status >= 500) request.log.error({ err: error }, "request failed");
    reply.headers(problem.headers);
    if (problem.status === 503) reply.header("retry-after", "2");
    const expired = error instanceof errors.SessionNotFound;
    return sendPage(
      reply,
      problem.status,
      errorPage(pages, { status: problem.status, code: problem.code, expired }),
    );
  });
}

/** The sign-in and consent pages, `/interaction/:uid`. */
export async function interactionRoutes(app: FastifyInstance, options: InteractionOptions): Promise<void> {
  const { current, issuer, pages } = options;
  const ownForm = { onRequest: requireSameOrigin(issuer) };
  await app.register(formbody);
  setErrorPages(app, pages);

  function sendSignIn(
    reply: FastifyReply,
    interaction: Interaction,
    view: Omit<SignInView, "action">,
    status = 200,
  ): FastifyReply {
    const action = `/interaction/${interaction.uid}/sign-in`;
    return sendPage(reply, status, signInPage(pages, { action, ...view }), redirectUri(interaction));
  }

  async function proceed(request: Request, reply: FastifyReply, result: object): Promise<FastifyReply> {
    const next = await current.get().interactionResult(request.raw, reply.raw, { ...result });
    return reply.header("cache-control", "no-store").redirect(next, 303);
  }

  app.get("/interaction/:uid", async (request: Request, reply) => {
    const interaction = await findInteraction(current.get(), request, reply);
    const { params, prompt } = interaction;
    if (prompt.name === "login") {
      const hint = params["login_hint"];
      return sendSignIn(reply, interaction, typeof hint === "string" ? { email: hint } : {});
    }
    const client = await current.get().Client.find(String(params["client_id"]));
    if (client === undefined) throw new errors.InvalidClient("client not found");
    if (isFirstParty(client)) return proceed(request, reply, { consent: {} });
    const page = consentPage(pages, {
      action: `/interaction/${interaction.uid}/consent`,
      client: client.clientName ?? client.clientId,
      scopes: askedScopes(interaction),
    });
    return sendPage(reply, 200, page, redirectUri(interaction));
  });

  app.post("/interaction/:uid/sign-in", ownForm, async (request: Request, reply) => {
    const interaction = await findInteraction(current.get(), request, reply, "login");
    const parsed = credentials.safeParse(request.body);
    if (!parsed.success) return sendSignIn(reply, interaction, { error: wrongCredentials }, 422);
    const { email, password } = parsed.data;
    const clientId = String(interaction.params["client_id"]);
    const outcome = await authenticate(options, { email, password, address: request.ip, clientId });
    if (outcome.result === "limited") {
      const minutes = Math.ceil(outcome.retryAfterSeconds / 60);
      const error = `Too many attempts. Try again in ${String(minutes)} ${minutes === 1 ? "minute" : "minutes"}.`;
      reply.header("retry-after", String(outcome.retryAfterSeconds));
      return sendSignIn(reply, interaction, { email, error }, 429);
    }
    if (outcome.result === "wrong") {
      return sendSignIn(reply, interaction, { email, error: wrongCredentials }, 422);
    }
    return proceed(request, reply, { login: { accountId: outcome.userId, amr: ["pwd"] } });
  });

  app.post("/interaction/:uid/consent", ownForm, async (request: Request, reply) => {
    const interaction = await findInteraction(current.get(), request, reply, "consent");
    const allowed = decision.safeParse(request.body).data?.decision === "allow";
    await options.audit.write({
      action: allowed ? "consent.allow" : "consent.deny",
      userId: interaction.session?.accountId,
      clientId: String(interaction.params["client_id"]),
      address: request.ip,
    });
    if (!allowed) {
      return proceed(request, reply, {
        error: "access_denied",
        error_description: "the user did not allow it",
      });
    }
    return proceed(request, reply, { consent: { grantId: await allowedGrant(current.get(), interaction) } });
  });

  // Whoever mistypes an address sees a page; programs get the problem document.
  app.get("/*", (request, reply) => {
    if (request.headers.accept?.includes("text/html") !== true) {
      reply.callNotFound();
      return;
    }
    void sendPage(reply, 404, errorPage(pages, { status: 404, code: "not_found" }));
  });
}
