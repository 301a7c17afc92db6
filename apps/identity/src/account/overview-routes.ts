import { z } from "zod";
import { listIdentities } from "../federation/identity-store.ts";
import { listConsents } from "../interactions/consent-store.ts";
import { noticeOf } from "../pages/account/notices.ts";
import { overviewPage } from "../pages/account/overview-page.ts";
import { namePage } from "../pages/account/settings-pages.ts";
import { sendPage } from "../pages/send-page.ts";
import { listSignIns } from "../sign-ins/sign-in-store.ts";
import { type AccountArea, toPage } from "./area.ts";

const upstreamNames = { google: "Google", github: "GitHub" } as const;
const nameSchema = z.object({ name: z.string().trim().min(1).max(80) });

/** The overview, and the name. */
export function overviewRoutes(area: AccountArea): void {
  const { pages, pool, audit } = area.options;

  area.get("/account", async ({ user, passwordHash }, request, reply) => {
    const [signIns, identities, consents] = await Promise.all([
      listSignIns(pool, user.id),
      listIdentities(pool, user.id),
      listConsents(pool, user.id),
    ]);
    const page = overviewPage(pages, {
      person: user,
      hasPassword: passwordHash !== null,
      devices: signIns.length,
      linked: [...new Set(identities.map(({ upstream }) => upstreamNames[upstream]))],
      apps: consents.length,
      notice: noticeOf(request.query["done"]),
    });
    return sendPage(reply, 200, page);
  });

  area.get("/account/name", async ({ user }, _request, reply) =>
    sendPage(reply, 200, namePage(pages, { person: user, confirmation: "none" })),
  );

  area.post("/account/name", async ({ user }, request, reply) => {
    const parsed = nameSchema.safeParse(request.body);
    if (!parsed.success) {
      const errors = { name: "Enter a name of at most 80 characters." };
      return sendPage(reply, 422, namePage(pages, { person: user, confirmation: "none", errors }));
    }
    await pool.query("update users set name = $2 where id = $1", [user.id, parsed.data.name]);
    await audit.write({ action: "user.name", userId: user.id, address: request.ip });
    return toPage(reply, "/account", "name");
  });
}
