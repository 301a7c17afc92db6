import type Provider from "oidc-provider";
import { type DeviceView, devicesPage } from "../pages/account/access-pages.ts";
import { noticeOf } from "../pages/account/notices.ts";
import { sendPage } from "../pages/send-page.ts";
import { endOtherSignIns, endSignInById, listSignIns, type SignIn } from "../sign-ins/sign-in-store.ts";
import { type AccountArea, toPage } from "./area.ts";
import { ownClientId } from "./own-client.ts";
import type { Person } from "./person.ts";
import { toSignedOut } from "./signed-out.ts";

/** What a client is called in lists. */
export async function clientName(provider: Provider, clientId: string): Promise<string> {
  const client = await provider.Client.find(clientId);
  return client?.clientName ?? clientId;
}

async function toView(provider: Provider, { sessionUid }: Person, signIn: SignIn): Promise<DeviceView> {
  const { device, userAgent, clients } = signIn;
  const others = clients.filter((clientId) => clientId !== ownClientId);
  return {
    ...signIn,
    name: device,
    handheld: /\b(iPhone|iPad|Android|Mobile)\b/.test(userAgent ?? ""),
    current: signIn.sessionUid === sessionUid,
    apps: await Promise.all(others.map((clientId) => clientName(provider, clientId))),
  };
}

/** The devices the user is signed in on (S2.5). */
export function deviceRoutes(area: AccountArea): void {
  const { issuer, current, pages, pool, audit } = area.options;

  area.get("/account/devices", async (person, request, reply) => {
    const signIns = await listSignIns(pool, person.user.id);
    const views = await Promise.all(signIns.map((signIn) => toView(current.get(), person, signIn)));
    // Their own first: whoever is looking for a stranger's has it out of the way.
    const devices = views.toSorted((a, b) => Number(b.current) - Number(a.current));
    const notice = noticeOf(request.query["done"]);
    return sendPage(reply, 200, devicesPage(pages, { person: person.user, notice, devices }));
  });

  area.post("/account/devices/sign-out-others", async ({ user, sessionUid }, request, reply) => {
    const { count } = await endOtherSignIns(pool, user.id, sessionUid);
    const details = { others: count };
    await audit.write({ action: "signin.end", userId: user.id, address: request.ip, details });
    return toPage(reply, "/account/devices", "others-signed-out");
  });

  area.post("/account/devices/:id/sign-out", async ({ user, sessionUid }, request, reply) => {
    const { id = "" } = request.params;
    const own = (await listSignIns(pool, user.id)).find((signIn) => signIn.id === id);
    // One of somebody else, or over already: there is nothing to end, and the list shows it.
    const ended = await endSignInById(pool, user.id, id);
    if (ended) await audit.write({ action: "signin.end", userId: user.id, address: request.ip });
    if (own?.sessionUid === sessionUid) return toSignedOut(reply, issuer);
    return toPage(reply, "/account/devices", "device-signed-out");
  });
}
