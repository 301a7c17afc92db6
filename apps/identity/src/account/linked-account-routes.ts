import { inTransaction } from "@mullion/postgres";
import { errors } from "oidc-provider";
import { type Identity, linkIdentity, listIdentities, unlinkIdentity } from "../federation/identity-store.ts";
import { redirectUriOf, type Upstream, UpstreamError } from "../federation/upstream.ts";
import { accountLinkedMail } from "../mail/letters.ts";
import { type LinkedView, linkedPage } from "../pages/account/access-pages.ts";
import { type NoticeCode, noticeOf } from "../pages/account/notices.ts";
import { sendPage } from "../pages/send-page.ts";
import { type AccountArea, toPage } from "./area.ts";
import { neededConfirmation } from "./confirmation.ts";
import type { Person } from "./person.ts";

const here = "/account/linked-accounts";
const names = { google: "Google", github: "GitHub" } as const;
const outcomes = {
  linked: "linked",
  already_linked: "already-linked",
  belongs_to_another: "belongs-to-another",
} as const satisfies Record<string, NoticeCode>;

function providersOf(upstreams: readonly Upstream[], identities: readonly Identity[]): LinkedView[] {
  return (["google", "github"] as const)
    .map((id) => ({
      upstream: id,
      name: names[id],
      offered: upstreams.some((upstream) => upstream.id === id),
      accounts: identities.filter(({ upstream }) => upstream === id),
    }))
    .filter(({ offered, accounts }) => offered || accounts.length > 0);
}

/** True when a password would not do: linking adds a way in, so that it takes a sign-in of the last five minutes. */
const isStale = (person: Person): boolean => neededConfirmation(person) !== "none";
const confirmFirst = `/account/confirm?${new URLSearchParams({ to: here }).toString()}`;

/** The user's accounts at other providers: link and unlink (S3.4). */
export function linkedAccountRoutes(area: AccountArea): void {
  const { issuer, pages, pool, mailer, upstreams, attempts } = area.options;

  function findUpstream(id: string | undefined): Upstream {
    const upstream = upstreams.find((each) => each.id === id);
    if (upstream === undefined) throw new errors.InvalidRequest("there is no such provider");
    return upstream;
  }

  area.get(here, async (person, request, reply) => {
    const identities = await listIdentities(pool, person.user.id);
    const page = linkedPage(pages, {
      person: person.user,
      notice: noticeOf(request.query["done"]),
      providers: providersOf(upstreams, identities),
      mayUnlink: person.passwordHash !== null || identities.length > 1,
      needsSignIn: isStale(person),
    });
    return sendPage(reply, 200, page);
  });

  // From our own page only: another site that had signed this browser in to its own Google account could otherwise have
  // that account linked, and come in with it.
  area.getFromOwnPage(`${here}/:upstream`, async (person, request, reply) => {
    const upstream = findUpstream(request.params["upstream"]);
    if (isStale(person)) return toPage(reply, confirmFirst);
    // Whoever registered with the address of somebody else must not keep a way in once its owner confirms it.
    if (!person.user.emailVerified) return toPage(reply, here, "confirm-address-first");
    const finishAt = `${here}/${upstream.id}/callback`;
    try {
      const attempt = { upstream: upstream.id, finishAt, boundTo: person.sessionUid };
      const checks = await attempts.begin(attempt);
      const url = await upstream.authorizationUrl(redirectUriOf(issuer, upstream.id), checks);
      return await toPage(reply, url.href);
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      return toPage(reply, here, `link-${error.code}`);
    }
  });

  area.get(`${here}/:upstream/callback`, async ({ user, sessionUid }, request, reply) => {
    const upstream = findUpstream(request.params["upstream"]);
    const answer = new URL(redirectUriOf(issuer, upstream.id));
    answer.search = new URL(request.url, issuer).search;
    const state = answer.searchParams.get("state") ?? "";
    const attempt = await attempts.take(state);
    if (attempt?.boundTo !== sessionUid || attempt.upstream !== upstream.id) {
      throw new errors.SessionNotFound("nobody here was sent to that provider");
    }
    try {
      const upstreamUser = await upstream.userOf(answer, { ...attempt, state });
      const link = { userId: user.id, upstream: upstream.id, user: upstreamUser };
      const outcome = await inTransaction(pool, async (client) => {
        const linked = await linkIdentity(client, link, { address: request.ip });
        const { email } = upstreamUser;
        const mail = accountLinkedMail(user.email, { issuer, upstream: upstream.name, email });
        if (linked === "linked") await mailer.send(mail, client);
        return linked;
      });
      return await toPage(reply, here, outcomes[outcome]);
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      request.log.warn({ upstream: upstream.id, code: error.code, reason: error.message }, "linking failed");
      return toPage(reply, here, `link-${error.code}`);
    }
  });

  area.post(`${here}/:id/unlink`, async (person, request, reply) => {
    if (isStale(person)) return toPage(reply, confirmFirst);
    const link = { userId: person.user.id, id: request.params["id"] ?? "" };
    const outcome = await unlinkIdentity(pool, link, { address: request.ip });
    return toPage(reply, here, outcome === "last_way_in" ? "last-way-in" : "unlinked");
  });
}
