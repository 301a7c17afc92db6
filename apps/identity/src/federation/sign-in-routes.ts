import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { errors, type Interaction } from "oidc-provider";
import type { AuthenticateOptions } from "../interactions/authenticate.ts";
import { findInteraction, proceed } from "../interactions/find-interaction.ts";
import { type SignInPageOptions, sendSignIn } from "../interactions/send-sign-in.ts";
import type { Mailer } from "../mail/mailer.ts";
import { setErrorPages } from "../pages/error-handler.ts";
import { sendPage } from "../pages/send-page.ts";
import { unverifiedPage } from "../pages/unverified-page.ts";
import { addressKey } from "../rate-limit/limits.ts";
import { requireWithin } from "../rate-limit/require-within.ts";
import { recordSignIn } from "../users/user-store.ts";
import type { Attempts } from "./attempts.ts";
import { resolveUser } from "./resolve-user.ts";
import { returnRoute } from "./return-route.ts";
import { redirectUriOf, type Upstream, UpstreamError, type UpstreamUser } from "./upstream.ts";
import { whatWentWrong } from "./what-went-wrong.ts";

/** What signing in with another provider takes. */
export interface FederationOptions extends AuthenticateOptions, SignInPageOptions {
  issuer: string;
  mailer: Mailer;
  attempts: Attempts;
}

type Request = FastifyRequest<{ Params: { uid: string; upstream: string } }>;

function findUpstream(upstreams: readonly Upstream[], id: string): Upstream {
  const upstream = upstreams.find((each) => each.id === id);
  if (upstream === undefined) throw new errors.InvalidRequest("there is no such provider");
  return upstream;
}

/** `/interaction/:uid/federation/:upstream`: from the sign-in page to another provider, and back into the sign-in. */
export async function federationRoutes(app: FastifyInstance, options: FederationOptions): Promise<void> {
  const { current, issuer, pages, pool, audit, events, upstreams, attempts, limiter, limits } = options;
  setErrorPages(app, pages);
  returnRoute(app, { attempts });

  async function tell(
    request: Request,
    reply: FastifyReply,
    interaction: Interaction,
    { upstream, error }: { upstream: Upstream; error: UpstreamError },
  ): Promise<FastifyReply> {
    const details = { upstream: upstream.id, code: error.code };
    const clientId = String(interaction.params["client_id"]);
    request.log.warn({ ...details, reason: error.message }, "a sign-in with another provider failed");
    await audit.write({ action: "signin.failure", clientId, address: request.ip, details });
    const { text, status } = whatWentWrong(upstream.name, error);
    if (status === 503) reply.header("retry-after", "5");
    return sendSignIn(options, reply, interaction, { error: text, status });
  }

  // A link and not a form: browsers hold every redirect after a form to `form-action`, and those of Google are Google's.
  app.get("/interaction/:uid/federation/:upstream", async (request: Request, reply) => {
    const interaction = await findInteraction(current.get(), request, reply, "login");
    const upstream = findUpstream(upstreams, request.params.upstream);
    await requireWithin(limiter, {
      name: "federation-address",
      key: addressKey(request.ip),
      limit: limits.signInPerAddress,
    });
    const finishAt = `/interaction/${interaction.uid}/federation/${upstream.id}/callback`;
    try {
      const checks = await attempts.begin({ upstream: upstream.id, finishAt, boundTo: interaction.uid });
      const url = await upstream.authorizationUrl(redirectUriOf(issuer, upstream.id), checks);
      return await reply.header("cache-control", "no-store").redirect(url.href, 303);
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      return tell(request, reply, interaction, { upstream, error });
    }
  });

  async function finish(
    request: Request,
    reply: FastifyReply,
    interaction: Interaction,
    { upstream, user }: { upstream: Upstream; user: UpstreamUser },
  ): Promise<FastifyReply> {
    const clientId = String(interaction.params["client_id"]);
    const { ip: address } = request;
    const resolved = await resolveUser(options, { upstream, user, address, clientId });
    if (resolved.result === "unverified") {
      const details = { upstream: upstream.id, code: "unverified" };
      await audit.write({ action: "signin.failure", clientId, address, details });
      const back = `/interaction/${interaction.uid}`;
      return sendPage(
        reply,
        403,
        unverifiedPage(pages, { upstream: upstream.name, email: user.email, back }),
      );
    }
    const { userId } = resolved;
    const details = { upstream: upstream.id };
    await audit.write({ action: "signin.success", userId, clientId, address, details });
    events.emit({ type: "signin", at: new Date().toISOString(), userId, outcome: "success" });
    await recordSignIn(pool, userId);
    return proceed(reply, interaction, { login: { accountId: userId } });
  }

  app.get("/interaction/:uid/federation/:upstream/callback", async (request: Request, reply) => {
    const interaction = await findInteraction(current.get(), request, reply, "login");
    const upstream = findUpstream(upstreams, request.params.upstream);
    const answer = new URL(redirectUriOf(issuer, upstream.id));
    answer.search = new URL(request.url, issuer).search;
    const state = answer.searchParams.get("state") ?? "";
    const attempt = await attempts.take(state);
    if (attempt?.boundTo !== interaction.uid || attempt.upstream !== upstream.id) {
      throw new errors.SessionNotFound("nobody here was sent to that provider");
    }
    try {
      const user = await upstream.userOf(answer, { ...attempt, state });
      return await finish(request, reply, interaction, { upstream, user });
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      return tell(request, reply, interaction, { upstream, error });
    }
  });
}
