import formbody from "@fastify/formbody";
import type { FastifyInstance } from "fastify";
import { errors } from "oidc-provider";
import { z } from "zod";
import { isFirstParty } from "../clients/client-metadata.ts";
import { consentPage } from "../pages/consent-page.ts";
import { setErrorPages } from "../pages/error-handler.ts";
import { errorPage } from "../pages/error-page.ts";
import { sendPage } from "../pages/send-page.ts";
import { wrongCredentials } from "../pages/sign-in-page.ts";
import { maxPasswordLength } from "../users/password.ts";
import { findUser } from "../users/user-store.ts";
import { type AuthenticateOptions, authenticate } from "./authenticate.ts";
import { allowedGrant, askedScopes } from "./consent.ts";
import { findInteraction, formTargets, type InteractionRequest, proceed } from "./find-interaction.ts";
import { requireSameOrigin } from "./same-origin.ts";
import { type SignInPageOptions, sendSignIn } from "./send-sign-in.ts";

/** What the pages between the authorization request and its answer need. */
export interface InteractionOptions extends AuthenticateOptions, SignInPageOptions {
  issuer: string;
}

const credentials = z.object({
  email: z.string().trim().toLowerCase().min(1).max(254),
  password: z.string().min(1).max(maxPasswordLength),
});
const decision = z.object({ decision: z.enum(["allow", "deny"]) });

/** A wait in words. */
function inMinutes(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  return `${String(minutes)} ${minutes === 1 ? "minute" : "minutes"}`;
}

/** The sign-in and consent pages, `/interaction/:uid`. */
export async function interactionRoutes(app: FastifyInstance, options: InteractionOptions): Promise<void> {
  const { current, issuer, pages, pool } = options;
  const ownForm = { onRequest: requireSameOrigin(issuer) };
  await app.register(formbody);
  setErrorPages(app, pages);

  app.get("/interaction/:uid", async (request: InteractionRequest, reply) => {
    const provider = current.get();
    const interaction = await findInteraction(provider, request, reply);
    const { params, prompt } = interaction;
    if (prompt.name === "login") {
      const hint = params["login_hint"];
      return sendSignIn(options, reply, interaction, typeof hint === "string" ? { email: hint } : {});
    }
    const client = await provider.Client.find(String(params["client_id"]));
    if (client === undefined) throw new errors.InvalidClient("client not found");
    if (isFirstParty(client)) return proceed(reply, interaction, { consent: {} });
    const page = consentPage(pages, {
      action: `/interaction/${interaction.uid}/consent`,
      client: client.clientName ?? client.clientId,
      email: (await findUser(pool, interaction.session?.accountId ?? ""))?.email,
      ...(await askedScopes(provider, interaction)),
    });
    return sendPage(reply, 200, page, formTargets(interaction));
  });

  app.post("/interaction/:uid/sign-in", ownForm, async (request: InteractionRequest, reply) => {
    const provider = current.get();
    const interaction = await findInteraction(provider, request, reply, "login");
    const parsed = credentials.safeParse(request.body);
    if (!parsed.success) {
      return sendSignIn(options, reply, interaction, { error: wrongCredentials, status: 422 });
    }
    const { email, password } = parsed.data;
    const clientId = String(interaction.params["client_id"]);
    const outcome = await authenticate(options, { email, password, address: request.ip, clientId });
    if (outcome.result === "limited") {
      const error = `Too many attempts. Try again in ${inMinutes(outcome.retryAfterSeconds)}.`;
      reply.header("retry-after", String(outcome.retryAfterSeconds));
      return sendSignIn(options, reply, interaction, { email, error, status: 429 });
    }
    if (outcome.result === "wrong") {
      return sendSignIn(options, reply, interaction, { email, error: wrongCredentials, status: 422 });
    }
    return proceed(reply, interaction, { login: { accountId: outcome.userId, amr: ["pwd"] } });
  });

  app.post("/interaction/:uid/consent", ownForm, async (request: InteractionRequest, reply) => {
    const provider = current.get();
    const interaction = await findInteraction(provider, request, reply, "consent");
    const allowed = decision.safeParse(request.body).data?.decision === "allow";
    await options.audit.write({
      action: allowed ? "consent.allow" : "consent.deny",
      userId: interaction.session?.accountId,
      clientId: String(interaction.params["client_id"]),
      address: request.ip,
    });
    if (!allowed) {
      return proceed(reply, interaction, {
        error: "access_denied",
        error_description: "the user did not allow it",
      });
    }
    const grantId = await allowedGrant(provider, pool, interaction);
    return proceed(reply, interaction, { consent: { grantId } });
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
