import type Provider from "oidc-provider";
import type { Grant, KoaContextWithOIDC } from "oidc-provider";
import type { Logger } from "pino";

const minted = new WeakMap<object, Grant>();

/** Remembers a grant that was made for the request under way. */
export function rememberMinted(ctx: KoaContextWithOIDC, grant: Grant): void {
  minted.set(ctx.req, grant);
}

/** Takes a grant back when the request that it was made for fails: no code or token was given for it. */
export function removeLeftoverGrants(provider: Provider, logger: Logger): void {
  provider.use(async (ctx: KoaContextWithOIDC, next: () => Promise<void>) => {
    const takeBack = async (): Promise<void> => {
      try {
        await minted.get(ctx.req)?.destroy();
      } catch (error) {
        // It leads to nothing, and goes when it expires.
        logger.warn({ err: error }, "a grant of a failed request was left over");
      }
    };
    try {
      await next();
    } catch (error) {
      await takeBack();
      throw error;
    }
    if (ctx.status >= 500) await takeBack();
  });
}
