import formbody from "@fastify/formbody";
import type { FastifyInstance, FastifyReply } from "fastify";
import { z } from "zod";
import { findInteraction, type InteractionRequest } from "../interactions/find-interaction.ts";
import { requireSameOrigin } from "../interactions/same-origin.ts";
import { setErrorPages } from "../pages/error-handler.ts";
import { deadLinkPage, donePage, forgotPage, forgottenPage, resetPage } from "../pages/link-pages.ts";
import { sendPage } from "../pages/send-page.ts";
import type { CurrentProvider } from "../provider/current-provider.ts";
import { addressKey, type Limits } from "../rate-limit/limits.ts";
import { requireWithin } from "../rate-limit/require-within.ts";
import { findLink } from "../users/account-links.ts";
import { maxPasswordLength, minPasswordLength } from "../users/password.ts";
import { objectionTo } from "../users/password-policy.ts";
import { countLinks, type LinkOptions, tokenOf } from "./link-routes.ts";
import { requestReset, resetPassword } from "./reset-password.ts";

/** What the pages around a forgotten password need. */
export interface PasswordRecoveryOptions extends LinkOptions {
  current: CurrentProvider;
  limits: Pick<Limits, "linkPerAddress" | "mailPerAddress" | "mailPerAccount">;
}

const emailSchema = z.object({ email: z.string().trim().toLowerCase().pipe(z.email().max(254)) });
const typedSchema = z.object({ email: z.string().max(254).catch("") });
const passwordSchema = z.object({ password: z.string().catch("") });

function objection(password: string, email: string): string | undefined {
  if (password.length > maxPasswordLength) return `Use at most ${String(maxPasswordLength)} characters.`;
  return objectionTo(password, { email });
}

async function resetRoutes(app: FastifyInstance, options: PasswordRecoveryOptions): Promise<void> {
  const { pages, pool, issuer } = options;
  app.addHook("preHandler", countLinks(options));
  const dead = (reply: FastifyReply): FastifyReply =>
    sendPage(
      reply,
      410,
      deadLinkPage(
        pages,
        "It was used before, it is older than 30 minutes, or the password was changed since.",
        { label: "Send me another", href: "/forgot-password" },
      ),
    );

  app.get("/reset-password", async (request, reply) => {
    const token = tokenOf(request.query);
    const link = await findLink(pool, "reset-password", token);
    if (link === undefined) return dead(reply);
    return sendPage(reply, 200, resetPage(pages, { token, email: link.email, minPasswordLength }));
  });

  app.post("/reset-password", { onRequest: requireSameOrigin(issuer) }, async (request, reply) => {
    const token = tokenOf(request.body);
    const link = await findLink(pool, "reset-password", token);
    if (link === undefined) return dead(reply);
    const { password } = passwordSchema.parse(request.body ?? {});
    const error = objection(password, link.email);
    if (error !== undefined) {
      const view = { token, email: link.email, minPasswordLength, errors: { password: error } };
      return sendPage(reply, 422, resetPage(pages, view));
    }
    if (!(await resetPassword(options, { token, password, address: request.ip }))) return dead(reply);
    return sendPage(
      reply,
      200,
      donePage(pages, "Password changed", "All devices are signed out. Sign in with your new password."),
    );
  });
}

/** Forgotten passwords: asking for a link, alone or in the middle of a sign-in, and choosing a new password with it. */
export async function passwordRecoveryRoutes(
  app: FastifyInstance,
  options: PasswordRecoveryOptions,
): Promise<void> {
  const { current, pages, issuer, limiter, limits } = options;
  const ownForm = { onRequest: requireSameOrigin(issuer) };
  await app.register(formbody);
  setErrorPages(app, pages);
  await app.register(resetRoutes, options);

  async function answerForgot(
    request: InteractionRequest,
    reply: FastifyReply,
    { action, signIn }: { action: string; signIn?: string },
  ): Promise<FastifyReply> {
    const email = emailSchema.safeParse(request.body ?? {}).data?.email;
    if (email === undefined) {
      const typed = typedSchema.safeParse(request.body ?? {}).data?.email;
      const errors = { email: "Enter an e-mail address, such as name@example.com." };
      return sendPage(reply, 422, forgotPage(pages, { action, signIn, errors, email: typed }));
    }
    await requireWithin(
      limiter,
      { name: "mail-address", key: addressKey(request.ip), limit: limits.mailPerAddress },
      { name: "mail-account", key: email, limit: limits.mailPerAccount },
    );
    await requestReset(options, { email, address: request.ip });
    return sendPage(reply, 200, forgottenPage(pages, { email, signIn }));
  }

  app.get("/forgot-password", async (_request, reply) =>
    sendPage(reply, 200, forgotPage(pages, { action: "/forgot-password" })),
  );
  app.post("/forgot-password", ownForm, async (request: InteractionRequest, reply) =>
    answerForgot(request, reply, { action: "/forgot-password" }),
  );

  const inSignIn = async (
    request: InteractionRequest,
    reply: FastifyReply,
  ): Promise<{ action: string; signIn: string }> => {
    const { uid } = await findInteraction(current.get(), request, reply, "login");
    return { action: `/interaction/${uid}/forgot-password`, signIn: `/interaction/${uid}` };
  };
  app.get("/interaction/:uid/forgot-password", async (request: InteractionRequest, reply) =>
    sendPage(reply, 200, forgotPage(pages, await inSignIn(request, reply))),
  );
  app.post("/interaction/:uid/forgot-password", ownForm, async (request: InteractionRequest, reply) =>
    answerForgot(request, reply, await inSignIn(request, reply)),
  );
}
