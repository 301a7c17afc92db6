import type { Platform } from "@mullion/local";
import { createUserAgent, type UserAgent, type UserAgentRequest } from "@mullion/testing";

const instances = ["shell", "shell-2", "shell-3"] as const;

/** Name of a front's process. */
export type FrontName = (typeof instances)[number];

/** The fronts of a platform under their one origin, as a load balancer without stickiness shows them. */
export interface Fronts {
  readonly origin: string;
  readonly names: readonly FrontName[];
  /** Address of a front, or of the one whose turn it is: what the load balancer connects to. */
  serverOf(name?: FrontName): string;
  /** A browser that has not been anywhere yet. Each of its requests to the origin goes to the next front. */
  newAgent(): UserAgent;
  /** One request of somebody without cookies, to the next front or the one given. */
  fetch(path: string, options?: UserAgentRequest & { front?: FrontName }): Promise<Response>;
}

/** The first `count` fronts of a platform. */
export function frontsOf(platform: Platform, count: number): Fronts {
  const origin = platform.shellUrl;
  const names = instances.slice(0, count);
  let turn = 0;
  const serverOf = (name?: FrontName): string => {
    turn = (turn + 1) % names.length;
    return `http://127.0.0.1:${String(platform.ports[name ?? names[turn] ?? "shell"])}`;
  };
  const newAgent = (): UserAgent =>
    createUserAgent({ serverOf: (url) => (url.origin === origin ? serverOf() : url.origin) });
  return {
    ...{ origin, names, serverOf, newAgent },
    fetch: async (path, { front, ...options } = {}) =>
      newAgent().fetch(origin + path, { ...options, server: serverOf(front) }),
  };
}
