import * as oidc from "openid-client";
import { discover, reach } from "./authorization-server.ts";
import { changeLogin } from "./credentials-file.ts";

/** What signing out did: `revoked` at the issuer too, `forgotten` only here, or there was nobody (`absent`). */
export type SignOut = "revoked" | "forgotten" | "absent";

/** Ends the sign-in at an issuer (RFC 7009) and forgets it, whether or not the issuer can be reached. */
export async function signOut(issuer: string): Promise<SignOut> {
  let token: string | undefined;
  await changeLogin(issuer, async (known) => {
    token = known?.refreshToken;
    return undefined;
  });
  if (token === undefined) return "absent";
  const refreshToken = token;
  try {
    const server = await discover(issuer);
    await reach(issuer, () => oidc.tokenRevocation(server, refreshToken));
    return "revoked";
  } catch {
    return "forgotten";
  }
}
