import type Provider from "oidc-provider";
import { errors, type KoaContextWithOIDC } from "oidc-provider";
import { errorPage } from "../pages/error-page.ts";
import type { PageContext } from "../pages/layout.ts";

// Postgres keeps no text with a zero in it, written out or escaped in JSON.
const zero = /\0|\\u0000/;

function hasZero(values: readonly unknown[]): boolean {
  return values.flat().some((value) => typeof value === "string" && zero.test(value));
}

/** Throws when a parameter of an authorization request holds what cannot be stored. */
export function checkParameters(ctx: KoaContextWithOIDC): void {
  for (const [name, value] of Object.entries(ctx.oidc.params ?? {})) {
    if (hasZero([value])) {
      throw new errors.InvalidRequest(`the parameter ${name} has a character that is not allowed`);
    }
  }
}

function refuse(ctx: KoaContextWithOIDC, pages: PageContext, status: number, description: string): void {
  const code = "invalid_request";
  ctx.status = status;
  if (ctx.accepts("json", "html") === "html") {
    ctx.type = "html";
    ctx.body = errorPage(pages, { status, code, description }).html;
    return;
  }
  ctx.body = { error: code, error_description: description };
}

/** Requests whose body the library stopped reading: it tells only its listeners why. */
function rememberTooLarge(provider: Provider): WeakSet<object> {
  const tooLarge = new WeakSet<object>();
  const remember = (ctx: KoaContextWithOIDC, { cause }: Error): void => {
    if (cause instanceof Error && cause.message === "request entity too large") tooLarge.add(ctx.req);
  };
  provider.on("code_verification.error", remember);
  provider.on("device_authorization.error", remember);
  provider.on("end_session_confirm.error", remember);
  provider.on("grant.error", remember);
  provider.on("introspection.error", remember);
  provider.on("pushed_authorization_request.error", remember);
  provider.on("revocation.error", remember);
  provider.on("userinfo.error", remember);
  return tooLarge;
}

/** Refuses what the library would fail at, or answers less exactly. */
export function refuseMalformed(provider: Provider, pages: PageContext): void {
  const tooLarge = rememberTooLarge(provider);
  provider.use(async (ctx: KoaContextWithOIDC, next: () => Promise<void>) => {
    if (hasZero(Object.values(ctx.query))) {
      refuse(ctx, pages, 400, "a parameter has a character that is not allowed");
      return;
    }
    await next();
    if (tooLarge.has(ctx.req)) refuse(ctx, pages, 413, "the request is too large");
  });
}
