import { z } from "zod";
import { TokenStoreError } from "./errors.ts";

/** Address of one server. */
export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

interface Target {
  readonly nodes: readonly [RedisNode, ...RedisNode[]];
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly tls: boolean;
}

/** What a Redis URL names: one server, the master that Sentinels (the nodes) know of, or a cluster. */
export type RedisTarget =
  | (Target & { readonly kind: "single"; readonly db: number })
  | (Target & {
      readonly kind: "sentinel";
      readonly masterName: string;
      readonly db: number;
      readonly sentinelUsername: string | undefined;
      readonly sentinelPassword: string | undefined;
    })
  | (Target & { readonly kind: "cluster" });

const defaultPort = { single: 6_379, sentinel: 26_379, cluster: 6_379 } as const;

const queryOptions = {
  single: ["db"],
  sentinel: ["db", "sentinelUsername", "sentinelPassword"],
  cluster: [],
} as const satisfies Record<RedisTarget["kind"], readonly string[]>;

/**
 * Reads `redis://`, `redis+sentinel://` or `redis+cluster://`, or the same with `rediss` for TLS (docs/redis.md).
 * Not a `URL`: that takes one host only.
 * @throws {TokenStoreError} `bad_redis_url` naming what is wrong, never a value: it may be part of a password.
 */
export function parseRedisUrl(text: string): RedisTarget {
  const [, secure, cluster, rest = ""] = /^redis(s?)(?:\+(sentinel|cluster))?:\/\/(.*)$/.exec(text) ?? [];
  if (secure === undefined) {
    throw bad("it must start with redis://, redis+sentinel:// or redis+cluster://, or with rediss for TLS");
  }
  const kind = cluster === "sentinel" || cluster === "cluster" ? cluster : "single";
  const [location = "", query = ""] = rest.split(/\?(.*)/s);
  const [authority = "", path = ""] = location.split(/\/(.*)/s);
  const at = authority.lastIndexOf("@");
  const target = {
    ...readCredentials(at < 0 ? "" : authority.slice(0, at)),
    nodes: readNodes(authority.slice(at + 1), kind),
    tls: secure === "s",
  };
  const options = readOptions(query, kind);
  switch (kind) {
    case "single":
      return { ...target, kind, db: readDatabase(path === "" ? options["db"] : path) };
    case "sentinel":
      return {
        ...{ ...target, kind, masterName: readMasterName(path), db: readDatabase(options["db"]) },
        sentinelUsername: options["sentinelUsername"],
        sentinelPassword: options["sentinelPassword"],
      };
    case "cluster":
      if (path !== "") throw bad("a cluster has no databases: nothing may follow the nodes");
      return { ...target, kind };
  }
}

/** A setting that must be a Redis URL; stays the text it is. */
export const redisUrlSchema = z.string().superRefine((text, context) => {
  try {
    parseRedisUrl(text);
  } catch (error) {
    context.addIssue({ code: "custom", message: error instanceof Error ? error.message : String(error) });
  }
});

function bad(problem: string): TokenStoreError {
  return new TokenStoreError("bad_redis_url", `Wrong Redis URL: ${problem}.`);
}

function decode(text: string, what: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw bad(`${what} has a % that begins no escape (a plain one is %25)`);
  }
}

function readCredentials(text: string): Pick<Target, "username" | "password"> {
  if (text === "") return { username: undefined, password: undefined };
  const [username = "", password] = text.split(/:(.*)/s);
  if (!password) throw bad("a password is missing: write user:password@ or :password@");
  return {
    username: username === "" ? undefined : decode(username, "the user"),
    password: decode(password, "the password"),
  };
}

function readNodes(text: string, kind: RedisTarget["kind"]): Target["nodes"] {
  const parts = text.split(",");
  const nodes = parts.map((part, index) => {
    const place = parts.length === 1 ? "the host" : `host ${index + 1} of ${parts.length}`;
    const [, host, port] = /^(\[[0-9a-fA-F:.]+\]|[\w.-]+)(?::(\d+))?$/.exec(part) ?? [];
    if (host === undefined) throw bad(`${place} is not "name", "name:port" or "[IPv6]:port"`);
    const number = port === undefined ? defaultPort[kind] : Number(port);
    if (number < 1 || number > 65_535) throw bad(`the port of ${place} is not 1 to 65535`);
    return { host: host.replace(/^\[|\]$/g, ""), port: number };
  });
  const [first, ...others] = nodes;
  if (first === undefined) throw bad("there is no host");
  if (kind === "single" && others.length > 0) {
    throw bad("several hosts need redis+sentinel:// or redis+cluster://");
  }
  return [first, ...others];
}

function readOptions(query: string, kind: RedisTarget["kind"]): Record<string, string> {
  const known: readonly string[] = queryOptions[kind];
  const options: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    if (!known.includes(name)) {
      const allowed = known.length === 0 ? "none is known here" : `known here: ${known.join(", ")}`;
      throw bad(`an option after "?" is not known (${allowed})`);
    }
    if (name in options || value === "") throw bad(`${name} needs one value`);
    options[name] = value;
  }
  return options;
}

function readDatabase(text = "0"): number {
  if (!/^\d{1,4}$/.test(text)) throw bad("the database is not a number");
  return Number(text);
}

function readMasterName(path: string): string {
  const name = decode(path, "the master's name");
  if (!/^[\w.-]+$/.test(name)) {
    throw bad("the master's name is missing: redis+sentinel://host:port,host:port/name");
  }
  return name;
}
