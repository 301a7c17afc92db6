/** How a module of a plan ends here. */
export type ModuleState =
  | "passes"
  /** The suite skips the module where the provider says that it does not offer this; the test checks that it says so. */
  | "not offered";

/**
 * Modules of the OpenID Foundation's conformance suite, by certification plan and under their names there, as of August
 * 2026. The tests are modelled on them; they are not the suite, and nothing here is certified.
 */
export const plans = {
  "oidcc-basic-certification-test-plan": {
    "oidcc-server": "passes",
    "oidcc-response-type-missing": "passes",
    "oidcc-idtoken-signature": "passes",
    "oidcc-idtoken-unsigned": "not offered",
    "oidcc-userinfo-get": "passes",
    "oidcc-userinfo-post-header": "passes",
    "oidcc-userinfo-post-body": "passes",
    "oidcc-ensure-request-without-nonce-succeeds-for-code-flow": "passes",
    "oidcc-scope-profile": "passes",
    "oidcc-scope-email": "passes",
    "oidcc-scope-address": "not offered",
    "oidcc-scope-phone": "not offered",
    "oidcc-scope-all": "not offered",
    "oidcc-alternate-happy-flow": "passes",
    "oidcc-display-page": "passes",
    "oidcc-display-popup": "passes",
    "oidcc-prompt-login": "passes",
    "oidcc-prompt-none-not-logged-in": "passes",
    "oidcc-prompt-none-logged-in": "passes",
    "oidcc-max-age-1": "passes",
    "oidcc-max-age-10000": "passes",
    "oidcc-ensure-request-with-unknown-parameter-succeeds": "passes",
    "oidcc-id-token-hint": "passes",
    "oidcc-login-hint": "passes",
    "oidcc-ui-locales": "passes",
    "oidcc-claims-locales": "passes",
    "oidcc-ensure-request-with-acr-values-succeeds": "passes",
    "oidcc-codereuse": "passes",
    "oidcc-codereuse-30seconds": "passes",
    "oidcc-ensure-registered-redirect-uri": "passes",
    "oidcc-ensure-post-request-succeeds": "passes",
    "oidcc-server-client-secret-post": "passes",
    "oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported": "not offered",
    "oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported": "not offered",
    "oidcc-claims-essential": "passes",
    "oidcc-ensure-request-object-with-redirect-uri": "not offered",
    "oidcc-refresh-token": "passes",
    "oidcc-ensure-request-with-valid-pkce-succeeds": "passes",
  },
  "oidcc-config-certification-test-plan": {
    "oidcc-discovery-endpoint-verification": "passes",
  },
  "oidcc-rp-initiated-logout-certification-test-plan": {
    "oidcc-rp-initiated-logout-discovery-endpoint-verification": "passes",
    "oidcc-rp-initiated-logout": "passes",
    "oidcc-rp-initiated-logout-bad-post-logout-redirect-uri": "passes",
    "oidcc-rp-initiated-logout-modified-id-token-hint": "passes",
    "oidcc-rp-initiated-logout-no-id-token-hint": "passes",
    "oidcc-rp-initiated-logout-no-params": "passes",
    "oidcc-rp-initiated-logout-no-post-logout-redirect-uri": "passes",
    "oidcc-rp-initiated-logout-no-state": "passes",
    "oidcc-rp-initiated-logout-only-state": "passes",
    "oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri": "passes",
    "oidcc-rp-initiated-logout-bad-id-token-hint": "passes",
  },
  "oidcc-backchannel-rp-initiated-logout-certification-test-plan": {
    "oidcc-backchannel-logout-discovery-endpoint-verification": "passes",
    "oidcc-backchannel-rp-initiated-logout": "passes",
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, ModuleState>>>>;

/** Name of a plan. */
export type Plan = keyof typeof plans;
