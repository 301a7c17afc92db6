import type { FastifyReply } from "fastify";
import type Provider from "oidc-provider";
import type { Interaction } from "oidc-provider";
import { isFirstParty } from "../clients/client-metadata.ts";
import type { Upstream } from "../federation/upstream.ts";
import type { PageContext } from "../pages/layout.ts";
import { sendPage } from "../pages/send-page.ts";
import { type SignInView, signInPage } from "../pages/sign-in-page.ts";
import type { CurrentProvider } from "../provider/current-provider.ts";
import { formTargets } from "./find-interaction.ts";

/** What the sign-in page is made with. */
export interface SignInPageOptions {
  current: CurrentProvider;
  pages: PageContext;
  upstreams: readonly Upstream[];
}

/** The name of somebody else's client. The platform's own all are Mullion to people. */
async function nameOf(provider: Provider, clientId: unknown): Promise<string | undefined> {
  const client = typeof clientId === "string" ? await provider.Client.find(clientId) : undefined;
  if (client === undefined || isFirstParty(client)) return undefined;
  return client.clientName ?? client.clientId;
}

/** Sends the sign-in page of an interaction. */
export async function sendSignIn(
  { current, pages, upstreams }: SignInPageOptions,
  reply: FastifyReply,
  interaction: Interaction,
  view: Pick<SignInView, "email" | "error"> & { status?: number } = {},
): Promise<FastifyReply> {
  const base = `/interaction/${interaction.uid}`;
  const { status = 200, ...shown } = view;
  const page = signInPage(pages, {
    action: `${base}/sign-in`,
    register: `${base}/register`,
    forgotPassword: `${base}/forgot-password`,
    client: await nameOf(current.get(), interaction.params["client_id"]),
    upstreams: upstreams.map(({ id, name }) => ({ name, href: `${base}/federation/${id}` })),
    ...shown,
  });
  return sendPage(reply, status, page, formTargets(interaction));
}
