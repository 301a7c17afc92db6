import { deviceCodeGrant } from "@mullion/contracts/identity-clients";
import type Provider from "oidc-provider";
import type { Client, Configuration, KoaContextWithOIDC } from "oidc-provider";
import {
  confirmDevicePage,
  type DeviceForm,
  deviceConnectedPage,
  deviceRefusedPage,
  enterCodePage,
} from "../pages/device-page.ts";
import { errorPage } from "../pages/error-page.ts";
import type { PageContext } from "../pages/layout.ts";
import type { Limit, RateLimiter } from "../rate-limit/fixed-window.ts";
import { hashId } from "../storage/id-hash.ts";

type DeviceFlow = NonNullable<NonNullable<Configuration["features"]>["deviceFlow"]>;

/** Seconds between two questions of a device (RFC 8628 section 3.2). */
const intervalSeconds = 5;

/** How often one address may send codes: of 20^8 codes it must not find one that is in use. */
const codesPerAddress: Limit = { max: 30, windowSeconds: 600 };

const whatIsWrong: Readonly<Record<string, string>> = {
  NoCodeError: "Enter the code.",
  NotFoundError: "This code is not known, or it has expired. Check it on your device, or start there again.",
  ExpiredError: "This code has expired. Start again on your device.",
  AlreadyUsedError: "This code was used already. Start again on your device.",
};

function formOf(ctx: KoaContextWithOIDC): DeviceForm {
  const secret = ctx.oidc.session?.state?.["secret"];
  return {
    action: ctx.oidc.urlFor("code_verification"),
    xsrf: typeof secret === "string" ? secret : "",
  };
}

function nameOf(client: Client | undefined): string {
  return client?.clientName ?? client?.clientId ?? "";
}

function scopesOf(ctx: KoaContextWithOIDC): string[] {
  const scope = ctx.oidc.entities.DeviceCode?.params?.["scope"];
  return typeof scope === "string" ? scope.split(" ") : [];
}

/** The device authorization grant (RFC 8628) with its pages. */
export function deviceFlow(pages: PageContext): DeviceFlow {
  return {
    enabled: true,
    // Consonants only: no code spells a word, and no letter is taken for a digit.
    charset: "base-20",
    mask: "****-****",
    deviceInfo: (ctx) => ({ address: ctx.ip }),
    userCodeInputSource: (ctx, _form, out, error) => {
      ctx.type = "html";
      if (error?.name === "AbortedError") {
        ctx.body = deviceRefusedPage(pages).html;
        return;
      }
      const known = error && whatIsWrong[error.name];
      if (error !== undefined && known === undefined && ctx.status >= 500) {
        ctx.body = errorPage(pages, { status: ctx.status, code: out?.error ?? "server_error" }).html;
        return;
      }
      if (known !== undefined) ctx.status = 422;
      const message = known ?? (error && "This page was open for too long. Enter the code again.");
      ctx.body = enterCodePage(pages, { ...formOf(ctx), error: message }).html;
    },
    userCodeConfirmSource: (ctx, _form, client, deviceInfo, userCode) => {
      const address = deviceInfo["address"];
      ctx.type = "html";
      ctx.body = confirmDevicePage(pages, {
        ...formOf(ctx),
        client: nameOf(client),
        userCode,
        scopes: scopesOf(ctx),
        address: typeof address === "string" ? address : undefined,
      }).html;
    },
    successSource: (ctx) => {
      ctx.type = "html";
      ctx.body = deviceConnectedPage(pages, nameOf(ctx.oidc.client)).html;
    },
  };
}

function bodyOf(ctx: KoaContextWithOIDC): Record<string, unknown> | undefined {
  const body: unknown = ctx.body;
  return typeof body === "object" && body !== null ? { ...body } : undefined;
}

/** Says how often to ask, and to devices that ask more often to slow down (RFC 8628 section 3.5). */
async function paceDevice(ctx: KoaContextWithOIDC, limiter: RateLimiter): Promise<void> {
  const body = bodyOf(ctx);
  const { route, params } = ctx.oidc;
  if (route === "device_authorization" && ctx.status === 200) {
    ctx.body = { ...body, interval: intervalSeconds };
  }
  if (route !== "token" || params?.["grant_type"] !== deviceCodeGrant) return;
  if (body?.["error"] !== "authorization_pending") return;
  const code = hashId(String(params["device_code"])).toString("base64url");
  // A little less than the interval: a device that keeps to it must not be told off for the way its clock rounds.
  const wait = await limiter.take("device-poll", code, { max: 1, windowSeconds: intervalSeconds - 1 });
  if (wait > 0) ctx.body = { ...body, error: "slow_down" };
}

/** True where the library fails because it shows the form again and there is no session to keep its secret in. */
function lacksSession(ctx: KoaContextWithOIDC, error: unknown): boolean {
  if (!(error instanceof TypeError) || !("oidc" in ctx)) return false;
  return ["code_verification", "device_resume"].includes(ctx.oidc.route);
}

/** What the library leaves out of the device flow: how often codes may be tried, and how often devices may ask. */
export function guardDeviceFlow(
  provider: Provider,
  { pages, limiter }: { pages: PageContext; limiter: RateLimiter },
): void {
  const enterCode = provider.pathFor("code_verification");
  provider.use(async (ctx: KoaContextWithOIDC, next: () => Promise<void>) => {
    if (ctx.method === "POST" && ctx.path === enterCode) {
      const wait = await limiter.take("device-code", ctx.ip, codesPerAddress);
      if (wait > 0) {
        ctx.status = 429;
        ctx.set("retry-after", String(wait));
        ctx.type = "html";
        ctx.body = errorPage(pages, { status: 429, code: "too_many_attempts" }).html;
        return;
      }
    }
    try {
      await next();
    } catch (error) {
      if (!lacksSession(ctx, error)) throw error;
      ctx.status = 400;
      ctx.type = "html";
      ctx.body = errorPage(pages, { status: 400, code: "invalid_request", expired: true }).html;
    }
    if ("oidc" in ctx) await paceDevice(ctx, limiter);
  });
}
