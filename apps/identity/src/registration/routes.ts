import formbody from "@fastify/formbody";
import type { FastifyInstance, FastifyReply } from "fastify";
import { errors, type Interaction } from "oidc-provider";
import { z } from "zod";
import { findInteraction, formTargets, type InteractionRequest } from "../interactions/find-interaction.ts";
import { requireSameOrigin } from "../interactions/same-origin.ts";
import { setErrorPages } from "../pages/error-handler.ts";
import type { FieldErrors } from "../pages/form.ts";
import type { PageContext } from "../pages/layout.ts";
import { registeredPage, registerPage } from "../pages/registration-pages.ts";
import { sendPage } from "../pages/send-page.ts";
import type { CurrentProvider } from "../provider/current-provider.ts";
import type { RateLimiter } from "../rate-limit/fixed-window.ts";
import { addressKey, type Limits } from "../rate-limit/limits.ts";
import { requireWithin } from "../rate-limit/require-within.ts";
import type { AccountDeps } from "../users/account-changes.ts";
import { maxPasswordLength, minPasswordLength } from "../users/password.ts";
import { objectionTo } from "../users/password-policy.ts";
import { findUser, type StoredUser } from "../users/user-store.ts";
import { register, resendVerification } from "./register.ts";

/** What the registration pages need. */
export interface RegistrationOptions extends AccountDeps {
  current: CurrentProvider;
  pages: PageContext;
  limiter: RateLimiter;
  limits: Pick<Limits, "registerPerAddress" | "mailPerAddress" | "mailPerAccount">;
}

const formSchema = z.object({
  name: z
    .string()
    .trim()
    .min(1, "Enter your name.")
    .max(80, "Use at most 80 characters.")
    // What is not a name but an advertisement that our mail would carry to strangers.
    .refine((name) => !/[\p{Cc}<>]|https?:|www\.|\/\//iu.test(name), "Enter a name, without links or signs."),
  email: z
    .string()
    .trim()
    .toLowerCase()
    .pipe(z.email("Enter an e-mail address, such as name@example.com.").max(254)),
  password: z.string().max(maxPasswordLength, `Use at most ${String(maxPasswordLength)} characters.`),
});

const rawSchema = z.object({
  name: z.string().max(200).catch(""),
  email: z.string().max(400).catch(""),
  password: z.string().catch(""),
});

type Form = z.output<typeof formSchema>;

/** What a form says, or what is wrong with it and what to show again: never the password. */
function readForm(
  body: unknown,
): { form: Form } | { errors: FieldErrors; values: { name: string; email: string } } {
  const { password, ...values } = rawSchema.catch({ name: "", email: "", password: "" }).parse(body ?? {});
  const parsed = formSchema.safeParse({ ...values, password });
  const found: Record<string, string> = {};
  for (const { path, message } of parsed.error?.issues ?? []) found[String(path[0])] ??= message;
  const objection = objectionTo(password, { email: values.email.trim(), name: values.name.trim() });
  if (objection !== undefined) found["password"] ??= objection;
  if (parsed.success && objection === undefined) return { form: parsed.data };
  return { errors: found, values };
}

/** Registration as a step of a sign-in, `/interaction/:uid/register`. */
export async function registrationRoutes(app: FastifyInstance, options: RegistrationOptions): Promise<void> {
  const { current, pages, pool, issuer, limiter, limits } = options;
  const ownForm = { onRequest: requireSameOrigin(issuer) };
  await app.register(formbody);
  setErrorPages(app, pages);

  function sendForm(
    reply: FastifyReply,
    interaction: Interaction,
    refused?: { errors: FieldErrors; values: { name: string; email: string } },
  ): FastifyReply {
    const base = `/interaction/${interaction.uid}`;
    const view = { action: `${base}/register`, signIn: base, minPasswordLength, ...refused };
    return sendPage(reply, refused === undefined ? 200 : 422, registerPage(pages, view));
  }

  const countMails = (request: InteractionRequest, email: string): Promise<void> =>
    requireWithin(
      limiter,
      { name: "mail-address", key: addressKey(request.ip), limit: limits.mailPerAddress },
      { name: "mail-account", key: email, limit: limits.mailPerAccount },
    );

  /** Who registered in this interaction, as its result says. */
  async function findRegistered(
    request: InteractionRequest,
    reply: FastifyReply,
  ): Promise<{ interaction: Interaction; user: StoredUser }> {
    const interaction = await findInteraction(current.get(), request, reply, "login");
    const user = await findUser(pool, interaction.result?.login?.accountId ?? "");
    if (user === undefined) throw new errors.SessionNotFound("nobody has registered here");
    return { interaction, user };
  }

  app.get("/interaction/:uid/register", async (request: InteractionRequest, reply) =>
    sendForm(reply, await findInteraction(current.get(), request, reply, "login")),
  );

  app.post("/interaction/:uid/register", ownForm, async (request: InteractionRequest, reply) => {
    const provider = current.get();
    const interaction = await findInteraction(provider, request, reply, "login");
    const read = readForm(request.body);
    if ("errors" in read) return sendForm(reply, interaction, read);
    const { form } = read;
    await requireWithin(limiter, {
      name: "register-address",
      key: addressKey(request.ip),
      limit: limits.registerPerAddress,
    });
    await countMails(request, form.email);
    const clientId = String(interaction.params["client_id"]);
    const accountId = await register(options, { ...form, address: request.ip, clientId });
    // Kept with the interaction: whoever goes on, now or when the address is confirmed, is signed in.
    await provider.interactionResult(request.raw, reply.raw, { login: { accountId, amr: ["pwd"] } });
    return reply
      .header("cache-control", "no-store")
      .redirect(`/interaction/${interaction.uid}/registered`, 303);
  });

  app.get<{ Params: { uid: string }; Querystring: { resent?: string } }>(
    "/interaction/:uid/registered",
    async (request, reply) => {
      const { interaction, user } = await findRegistered(request, reply);
      const view = {
        email: user.email,
        next: interaction.returnTo,
        resend: `/interaction/${interaction.uid}/registered`,
        resent: request.query.resent !== undefined,
      };
      return sendPage(reply, 200, registeredPage(pages, view), formTargets(interaction));
    },
  );

  app.post("/interaction/:uid/registered", ownForm, async (request: InteractionRequest, reply) => {
    const { interaction, user } = await findRegistered(request, reply);
    await countMails(request, user.email);
    await resendVerification(options, user.id);
    return reply
      .header("cache-control", "no-store")
      .redirect(`/interaction/${interaction.uid}/registered?resent`, 303);
  });
}
