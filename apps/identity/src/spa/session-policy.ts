import { BlockList, isIPv4, isIPv6 } from "node:net";
import type { SessionPolicy } from "../clients/client-metadata.ts";
import { deviceName } from "../sign-ins/device-name.ts";
import type { SessionRecord } from "./session-store.ts";

/** Why a session may not go on: used from elsewhere, or not used for too long. */
export type Breach = "moved" | "idle";

// What a provider gives to one line: an address within it changes, and means nothing.
const networkBits = { ipv4: 24, ipv6: 48 } as const;

function isSameNetwork(one: string, other: string): boolean {
  const family = isIPv4(one) ? "ipv4" : "ipv6";
  if (family === "ipv6" && !isIPv6(one)) return false;
  const network = new BlockList();
  network.addSubnet(one, networkBits[family], family);
  return network.check(other, isIPv4(other) ? "ipv4" : "ipv6");
}

/** What a refresh comes from. */
export interface Caller {
  address: string;
  userAgent: string | undefined;
}

/**
 * What a refresh breaks of the client's policy. A browser may update itself: its family and system count, not its version.
 * A network is the first 24 bits of an IPv4 address, 48 of an IPv6 address.
 */
export function breachOf(
  { bindTo, idleSeconds }: SessionPolicy,
  session: SessionRecord,
  caller: Caller,
): Breach | undefined {
  const { address, userAgent, lastUsedAt } = session;
  if (idleSeconds !== undefined && Date.now() - lastUsedAt.getTime() > idleSeconds * 1000) return "idle";
  if (bindTo.includes("user_agent") && deviceName(userAgent) !== deviceName(caller.userAgent ?? null)) {
    return "moved";
  }
  const moved = bindTo.includes("network") && address !== null && !isSameNetwork(address, caller.address);
  return moved ? "moved" : undefined;
}
