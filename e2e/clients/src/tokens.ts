import type { TestIdentity } from "@mullion/identity/testing";
import { RelyingParty, signIn } from "@mullion/identity/testing/relying-party";

/** Tokens of one sign-in at the platform's shell, to try a guide's code with. */
export interface FreshTokens {
  /** For the API, with `profile:read`. */
  readonly api: string;
  /** For the API, with another scope only. */
  readonly withoutScope: string;
  /** For another resource. */
  readonly otherResource: string;
  readonly id: string;
  /** Ends the sign-in. */
  end(): Promise<void>;
}

/** Signs somebody in at the shell. */
export async function freshTokens(
  identity: TestIdentity,
  { email }: { readonly email: string },
): Promise<FreshTokens> {
  const party = await RelyingParty.discover(identity);
  const admin = "openid offline_access profile:read insights:read users:read";
  const first = await signIn(party, email, { scope: admin });
  const other = await party.refreshed(first.refresh_token, "urn:mullion:identity");
  const narrow = await signIn(party, email, { scope: "openid insights:read", resources: [] });
  return {
    api: first.access_token,
    withoutScope: narrow.access_token,
    otherResource: other.access_token,
    id: first.id_token,
    end: () => party.revoke(first.refresh_token),
  };
}
