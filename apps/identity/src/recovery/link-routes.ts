import formbody from "@fastify/formbody";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { requireSameOrigin } from "../interactions/same-origin.ts";
import { setErrorPages } from "../pages/error-handler.ts";
import type { Html } from "../pages/html.ts";
import type { PageContext } from "../pages/layout.ts";
import { deadLinkPage, donePage, linkPage } from "../pages/link-pages.ts";
import { sendPage } from "../pages/send-page.ts";
import type { RateLimiter } from "../rate-limit/fixed-window.ts";
import { addressKey, type Limits } from "../rate-limit/limits.ts";
import { requireWithin } from "../rate-limit/require-within.ts";
import { verifyEmail } from "../registration/register.ts";
import type { AccountDeps } from "../users/account-changes.ts";
import { type AccountLink, findLink, type LinkPurpose } from "../users/account-links.ts";
import { confirmEmailChange, undoEmailChange } from "./change-email.ts";

/** What the pages that mail leads to need. */
export interface LinkOptions extends AccountDeps {
  pages: PageContext;
  limiter: RateLimiter;
  limits: Pick<Limits, "linkPerAddress">;
}

const tokenSchema = z.object({ token: z.string().max(200).default("") });

/** The token that a page was opened with or a form brings. */
export function tokenOf(source: unknown): string {
  return tokenSchema.safeParse(source ?? {}).data?.token ?? "";
}

/** Counts whoever opens links: tokens are not to be guessed. */
export function countLinks({ limiter, limits }: LinkOptions): (request: FastifyRequest) => Promise<void> {
  return (request) =>
    requireWithin(limiter, {
      name: "link-address",
      key: addressKey(request.ip),
      limit: limits.linkPerAddress,
    });
}

interface LinkStep {
  path: string;
  purpose: LinkPurpose;
  ask: (link: AccountLink) => { title: string; text: string; button: string };
  use: (by: { token: string; address: string }) => Promise<string>;
  done: readonly [title: string, text: string];
  dead: string;
}

const taken = "The address has been confirmed for another account in the meantime.";

function steps(options: LinkOptions): readonly LinkStep[] {
  return [
    {
      path: "/verify-email",
      purpose: "verify-email",
      ask: ({ email, name }) => ({
        title: "Confirm your address",
        text: `Is ${email} yours, and did you register as ${name}?`,
        button: "Yes, confirm address",
      }),
      use: (by) => verifyEmail(options, by),
      done: [
        "Address confirmed",
        "Thank you. You can close this page and go on where you registered, or sign in.",
      ],
      dead: "It was used before, or more than 24 hours have passed. If your address is not confirmed yet, register again.",
    },
    {
      path: "/change-email",
      purpose: "change-email",
      ask: ({ email, currentEmail }) => ({
        title: "Confirm your new address",
        text: `From now on your account has the address ${email} in place of ${currentEmail}. All devices will be signed out.`,
        button: "Change address",
      }),
      use: (by) => confirmEmailChange(options, by),
      done: ["Address changed", "You are signed out everywhere. Sign in with your new address."],
      dead: "It was used before, it is older than 24 hours, or your password or address was changed since. You can ask for another in your account.",
    },
    {
      path: "/undo-email-change",
      purpose: "undo-email-change",
      ask: ({ email }) => ({
        title: "Take your address back",
        text: `Your account gets the address ${email} again. All devices will be signed out, and the password is no longer good: we mail you a link to choose another.`,
        button: "Take it back",
      }),
      use: (by) => undoEmailChange(options, by),
      done: [
        "Your address is back",
        "All devices are signed out. Now choose a new password: the link is in your mail.",
      ],
      dead: "It was used before, or more than seven days have passed.",
    },
  ];
}

/** The pages that links in mail lead to: opening one shows a button, the button does it. */
export async function linkRoutes(app: FastifyInstance, options: LinkOptions): Promise<void> {
  const { pages, pool, issuer } = options;
  await app.register(formbody);
  setErrorPages(app, pages);
  app.addHook("preHandler", countLinks(options));

  const refuse = (reply: FastifyReply, text: string): FastifyReply =>
    sendPage(reply, 410, deadLinkPage(pages, text));

  for (const { path, purpose, ask, use, done, dead } of steps(options)) {
    app.get(path, async (request, reply) => {
      const token = tokenOf(request.query);
      const link = await findLink(pool, purpose, token);
      if (link === undefined) return refuse(reply, dead);
      const asked: Html = linkPage(pages, { ...ask(link), action: path, token });
      return sendPage(reply, 200, asked);
    });
    app.post(path, { onRequest: requireSameOrigin(issuer) }, async (request, reply) => {
      const outcome = await use({ token: tokenOf(request.body), address: request.ip });
      if (outcome === "invalid") return refuse(reply, dead);
      if (outcome === "taken") return refuse(reply, taken);
      return sendPage(reply, 200, donePage(pages, ...done));
    });
  }
}
