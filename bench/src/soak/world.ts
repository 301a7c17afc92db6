import type { DemoAccount, Platform } from "@mullion/local";
import type { Dispatcher, Pool } from "undici";
import type { Person } from "./person.ts";
import type { Tally } from "./tally.ts";

/** What the steps of the load share. */
export interface World {
  readonly platform: Platform;
  readonly origin: string;
  readonly pool: Pool;
  readonly people: readonly Person[];
  readonly tally: Tally;
}

/** One of several. */
export function pick<T>(choices: readonly T[]): T {
  const choice = choices[Math.floor(Math.random() * choices.length)];
  if (choice === undefined) throw new RangeError("nothing to pick from");
  return choice;
}

/** Anybody who may be asked for this role's pages. */
export function somebody({ people }: World, role?: DemoAccount["roles"][number]): Person {
  return pick(role === undefined ? people : people.filter(({ account }) => account.roles.includes(role)));
}

/** One request to the front. */
export interface Ask {
  readonly method?: Dispatcher.HttpMethod;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Sends a request, reads the answer to its end, and counts whether it is the expected one. */
export async function ask({ pool, tally }: World, step: string, expected: number, what: Ask): Promise<void> {
  try {
    const { statusCode, body } = await pool.request({ method: "GET", ...what });
    await body.dump({ limit: 16_777_216 });
    tally.answered(step, statusCode, expected);
  } catch (error) {
    tally.failed(step, error);
  }
}

/** What the shell's own page sends with a BFF call. */
export function callHeaders({ origin }: World, { cookie }: Pick<Person, "cookie">): Record<string, string> {
  return {
    ...{ cookie, origin, accept: "application/json" },
    ...{ "x-mullion-csrf": "1", "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors" },
  };
}
