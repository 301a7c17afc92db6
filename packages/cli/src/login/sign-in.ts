import * as oidc from "openid-client";
import { CliError } from "../errors.ts";
import { discover, reach, refusalOf, toLogin } from "./authorization-server.ts";
import { changeLogin, type Login } from "./credentials-file.ts";

/** All that commands may need; identity grants of it what the person's roles allow. */
const scope =
  "openid profile email offline_access registry:read registry:publish registry:override registry:admin";

/** What the person has to do in a browser. */
export interface Verification {
  readonly url: string;
  readonly userCode: string;
  /** The address with the code in it. */
  readonly completeUrl: string | undefined;
  readonly expiresInSeconds: number;
}

function toRefusal(error: unknown): unknown {
  const hint = "Start again: mullion login";
  switch (refusalOf(error)) {
    case "access_denied":
      return new CliError("sign_in_refused", "The sign-in was turned down in the browser.", { hint });
    case "expired_token":
      return new CliError("sign_in_refused", "Nobody entered the code in time.", { hint });
    case undefined:
      return error;
    default:
      return new CliError("sign_in_refused", "The issuer refuses this sign-in.", {
        hint: "Does it know the public client mullion-cli, with the device flow (RFC 8628)?",
        cause: error,
      });
  }
}

/**
 * Signs a person in by the device flow (RFC 8628) and keeps the sign-in.
 * @param onVerification is told where to go, before it waits for the person.
 * @throws {CliError} `sign_in_refused` or `unreachable`.
 */
export async function signIn(
  issuer: string,
  onVerification: (verification: Verification) => void,
  signal?: AbortSignal,
): Promise<Login> {
  const server = await discover(issuer);
  try {
    const device = await reach(issuer, () => oidc.initiateDeviceAuthorization(server, { scope }));
    onVerification({
      url: device.verification_uri,
      userCode: device.user_code,
      completeUrl: device.verification_uri_complete,
      expiresInSeconds: device.expires_in,
    });
    // Asks as often as the issuer says, and more slowly when told to slow down.
    const tokens = await reach(issuer, () =>
      oidc.pollDeviceAuthorizationGrant(server, device, undefined, signal === undefined ? {} : { signal }),
    );
    return await changeLogin(issuer, async () => toLogin(tokens, undefined, Date.now()));
  } catch (error) {
    throw toRefusal(error);
  }
}
