import type { PublicKey } from "@mullion/contracts";
import { publicKeySchema } from "@mullion/contracts";
import { publicKeyOf, type SigningKey, signDelegation, thumbprintOf } from "@mullion/release-signing";
import { createRegistryClient } from "../registry/client.ts";
import type { Connection } from "../registry/request.ts";

const dayMs = 24 * 60 * 60 * 1_000;

/** Which key may sign what, and for how long. */
export interface DelegationOrder {
  readonly team: string;
  readonly remotes: readonly string[];
  readonly key: PublicKey | SigningKey;
  readonly days: number;
}

/** A delegation that the root key signs, from now on. */
export async function createDelegation(order: DelegationOrder, rootKey: SigningKey): Promise<string> {
  const now = Date.now();
  return signDelegation(
    {
      team: order.team,
      remotes: [...order.remotes],
      key: "d" in order.key ? publicKeyOf(order.key) : publicKeySchema.parse(order.key),
      issuedAt: new Date(now).toISOString(),
      expiresAt: new Date(now + order.days * dayMs).toISOString(),
    },
    rootKey,
  );
}

// Shorter than any delegation should be, long enough to notice.
const renewalDays = 30;

/**
 * Has a key delegated unless it is: for this remote, and for a month at least. Asks for `registry:admin` only then.
 * @returns whether it had to.
 */
export async function ensureDelegated(
  connection: Connection,
  order: DelegationOrder,
  rootKey: SigningKey,
): Promise<boolean> {
  const client = createRegistryClient(connection);
  const { delegations } = await client.listDelegations();
  const thumbprint = await thumbprintOf(order.key);
  const known = delegations.find((delegation) => delegation.thumbprint === thumbprint);
  const remaining = known === undefined ? 0 : Date.parse(known.expiresAt) - Date.now();
  const covers = order.remotes.every((remote) => known?.remotes.includes(remote) === true);
  if (covers && remaining > renewalDays * dayMs) return false;
  await client.saveDelegation(await createDelegation(order, rootKey));
  return true;
}
