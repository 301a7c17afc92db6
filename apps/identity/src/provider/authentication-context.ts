import type Provider from "oidc-provider";

/** `acr` of a sign-in by one factor: a password, or another provider's word. Second factors will have their own. */
const singleFactor = "urn:mullion:acr:single-factor";

/** Every value of `acr` there is. */
export const acrValues: readonly string[] = [singleFactor];

/** Has every sign-in say how sure identity is of the user: pages that know better pass an `acr` of their own. */
export function rememberAuthenticationContext({ Session }: Provider): void {
  const loginAccount = Session.prototype.loginAccount;
  Session.prototype.loginAccount = function (this: InstanceType<typeof Session>, details) {
    loginAccount.call(this, { ...details, acr: details.acr ?? singleFactor });
  };
}
