import type { Delegation, PublicKey, Release } from "@mullion/contracts";
import {
  createSigningKey,
  publicKeyOf,
  type SigningKey,
  signDelegation,
  signRelease,
} from "@mullion/release-signing";

/** A root key, and a team's key per remote. */
export interface Trust {
  readonly rootKey: SigningKey;
  /** Its public half, as the registry trusts it. */
  readonly rootKeys: PublicKey[];
  /** The key of the team that has the remote. */
  keyOf(remote: string): Promise<SigningKey>;
  /** A delegation of that key, for a year from now on unless `change` says otherwise. */
  delegate(remote: string, change?: Partial<Delegation>): Promise<string>;
  /** A release as its team publishes it. */
  sign(release: Release): Promise<{ jws: string }>;
}

const yearMs = 365 * 24 * 60 * 60 * 1_000;

/** Keys of a platform that exists for one test. */
export async function createTrust(): Promise<Trust> {
  const rootKey = await createSigningKey();
  const keys = new Map<string, Promise<SigningKey>>();

  const keyOf = (remote: string): Promise<SigningKey> => {
    const key = keys.get(remote) ?? createSigningKey();
    keys.set(remote, key);
    return key;
  };
  return {
    rootKey,
    rootKeys: [publicKeyOf(rootKey)],
    keyOf,
    async delegate(remote, change) {
      const now = Date.now();
      const delegation: Delegation = {
        team: `team of ${remote}`,
        remotes: [remote],
        key: publicKeyOf(await keyOf(remote)),
        issuedAt: new Date(now).toISOString(),
        expiresAt: new Date(now + yearMs).toISOString(),
        ...change,
      };
      return signDelegation(delegation, rootKey);
    },
    sign: async (release) => ({ jws: await signRelease(release, await keyOf(release.remote)) }),
  };
}
