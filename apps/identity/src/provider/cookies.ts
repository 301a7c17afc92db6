import { hkdfSync } from "node:crypto";
import type { Configuration } from "oidc-provider";

/** Whose cookies they are: realms on one host must not read each other's. */
export interface CookieRealm {
  realm: string;
  /** The issuer is on https. */
  secure: boolean;
}

/** The one realm there is so far. */
const realm = "mullion";

/** The realm of an issuer. */
export function realmOf(issuer: string): CookieRealm {
  return { realm, secure: new URL(issuer).protocol === "https:" };
}

/** Names of all cookies that identity sets. */
export interface CookieNames {
  /** The sign-in at identity itself. */
  session: string;
  /** One sign-in or consent under way. */
  interaction: string;
  /** Its way back to the authorization endpoint. */
  resume: string;
}

/**
 * Names of a realm's cookies. On https browsers take them only from this host over https: `__Host-` where the path is
 * `/`, `__Secure-` where it is narrower.
 */
export function cookieNames({ realm: name, secure }: CookieRealm): CookieNames {
  const [host, narrower] = secure ? ["__Host-", "__Secure-"] : ["", ""];
  return {
    session: `${host}${name}_identity`,
    interaction: `${narrower}${name}_interaction`,
    resume: `${narrower}${name}_resume`,
  };
}

/** Cookies of the protocol's endpoints and pages. */
export function providerCookies(issuer: string, keys: readonly string[]): Configuration["cookies"] {
  const options = { signed: true, httpOnly: true, sameSite: "lax" } as const;
  return { names: { ...cookieNames(realmOf(issuer)) }, keys, long: options, short: options };
}

/** A secret of 32 bytes for one purpose, the same on all instances. */
export function deriveSecret(cookieKey: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", cookieKey, "", `mullion:identity:${purpose}`, 32));
}
