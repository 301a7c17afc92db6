import { type Consent, listConsents } from "../interactions/consent-store.ts";
import { appsPage } from "../pages/account/access-pages.ts";
import { noticeOf } from "../pages/account/notices.ts";
import { sendPage } from "../pages/send-page.ts";
import { type AccountArea, toPage } from "./area.ts";
import { clientName } from "./device-routes.ts";
import { withdrawConsent } from "./withdraw-consent.ts";

function scopesOf({ openid, resources }: Consent): string[] {
  return [...openid, ...Object.values(resources).flat()];
}

/** Applications of others that the user allowed something (S3.6). */
export function appRoutes(area: AccountArea): void {
  const { current, pages, pool } = area.options;

  area.get("/account/apps", async ({ user }, request, reply) => {
    const consents = await listConsents(pool, user.id);
    const apps = await Promise.all(
      consents.map(async (consent) => ({
        clientId: consent.clientId,
        name: await clientName(current.get(), consent.clientId),
        scopes: scopesOf(consent),
        firstAllowedAt: consent.firstAllowedAt,
      })),
    );
    const notice = noticeOf(request.query["done"]);
    return sendPage(reply, 200, appsPage(pages, { person: user, notice, apps }));
  });

  area.post("/account/apps/:clientId/withdraw", async ({ user }, request, reply) => {
    const { clientId = "" } = request.params;
    await withdrawConsent(pool, { userId: user.id, clientId, address: request.ip });
    return toPage(reply, "/account/apps", "withdrawn");
  });
}
