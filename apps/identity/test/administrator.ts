import { identityAudience } from "@mullion/contracts";
import type { TestIdentity } from "./identity.ts";
import { RelyingParty, signIn } from "./relying-party.ts";

/** Calls of the admin API by somebody who is signed in at the shell. */
export interface Administrator {
  call(method: string, path: string, body?: unknown, at?: TestIdentity): Promise<Response>;
}

/** Signs somebody in with these scopes of the admin API, as far as the roles allow them. */
export async function signInToAdminApi(
  identity: TestIdentity,
  scope: string,
  role: "admin" | "viewer" = "admin",
): Promise<Administrator> {
  const shell = await RelyingParty.discover(identity);
  await identity.addUser(`${role}@mullion.test`, [role]);
  const resources = [identityAudience];
  const { access_token } = await signIn(shell, `${role}@mullion.test`, {
    scope: `openid ${scope}`,
    resources,
  });
  return {
    call(method, path, body, at = identity) {
      return fetch(`${at.url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${access_token}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    },
  };
}
