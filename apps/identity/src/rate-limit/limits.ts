import { isIPv6 } from "node:net";
import { z } from "zod";
import type { Limit } from "./fixed-window.ts";

const minute = 60;
const hour = 60 * minute;

/** How often what may be tried, by what it is counted for (docs/identity/accounts.md). */
export const defaultLimits = {
  /** Authorization requests of one address. */
  authorizePerAddress: { max: 600, windowSeconds: minute },
  /** Requests of one address to the endpoints that programs ask. */
  tokenPerAddress: { max: 30_000, windowSeconds: minute },
  /** Failed authentications with the name of one client. */
  clientFailures: { max: 60, windowSeconds: minute },
  signInPerAddress: { max: 100, windowSeconds: minute },
  /** Passwords tried on one account from one address. */
  signInPerAccount: { max: 10, windowSeconds: 10 * minute },
  /** Passwords tried on one account from wherever it was never signed in to. */
  signInPerAccountElsewhere: { max: 100, windowSeconds: hour },
  /** Calls of the session API by one address, of whatever kind. */
  sessionPerAddress: { max: 600, windowSeconds: minute },
  registerPerAddress: { max: 30, windowSeconds: hour },
  /** Mails asked for by one address, and to one. */
  mailPerAddress: { max: 60, windowSeconds: hour },
  mailPerAccount: { max: 6, windowSeconds: hour },
  /** Links from mail opened or used by one address. */
  linkPerAddress: { max: 120, windowSeconds: minute },
} as const satisfies Record<string, Limit>;

/** Every limit by its name. */
export type Limits = Readonly<Record<keyof typeof defaultLimits, Limit>>;

const limitSchema = z
  .string()
  .regex(/^[1-9]\d{0,8}\/[1-9]\d{0,5}$/, 'must be "attempts/seconds"')
  .transform((value): Limit => {
    const [max = 0, windowSeconds = 0] = value.split("/").map(Number);
    return { max, windowSeconds };
  });

/** Name of the variable that sets a limit: `signInPerAddress` is `RATE_LIMIT_SIGN_IN_PER_ADDRESS`. */
function variableOf(name: string): string {
  return `RATE_LIMIT_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

const entries = Object.entries(defaultLimits).map(
  ([name, limit]) => [name, variableOf(name), limit] as const,
);

/** The variables that set limits, each `attempts/seconds`. */
export const limitsEnv: Readonly<Record<string, z.ZodType<Limit>>> = Object.fromEntries(
  entries.map(([, variable, limit]) => [variable, limitSchema.default(limit)]),
);

/** The limits that an environment sets. */
export function limitsFrom(env: Readonly<Record<string, unknown>>): Limits {
  return Object.fromEntries(entries.map(([name, variable]) => [name, env[variable]])) as Limits;
}

/** What an address is counted under: whoever has an IPv6 address has its whole /64. */
export function addressKey(address: string): string {
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = "", tail] = address.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array.from({ length: zeros }, () => "0"), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}
