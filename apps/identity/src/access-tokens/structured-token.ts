import type { KoaContextWithOIDC } from "oidc-provider";

/**
 * True when the library has authenticated the client and then refused the token because it is a JWT: it keeps none that
 * it could look up.
 */
export function wasRefusedAsStructured(
  ctx: KoaContextWithOIDC,
  route: "introspection" | "revocation",
): boolean {
  const body: unknown = ctx.body;
  return (
    "oidc" in ctx &&
    ctx.oidc.route === route &&
    ctx.status === 400 &&
    typeof body === "object" &&
    body !== null &&
    "error" in body &&
    body.error === "unsupported_token_type"
  );
}
