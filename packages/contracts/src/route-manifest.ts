import { z } from "zod";
import { type Scope, scopeSchema } from "./scopes.ts";

const readMethods = new Set(["GET"]);

const identifier = z.string().regex(/^[a-z][a-z0-9]*(?:\.[a-z0-9-]+)*$/, "dotted lower-case words");
// No wildcards, no encodings, no dots: a path that two proxies could read in two ways cannot be written down. A slash at
// the end is another path, as services have it that are built with Django.
const pathTemplate = z
  .string()
  .regex(/^(?:\/(?:[a-z0-9-]+|:[a-z][A-Za-z0-9]*))+\/?$/, "segments of a-z, 0-9 and -, or :name");
const mediaType = z.string().regex(/^[a-z]+\/[a-z0-9.+-]+$/, "a media type without parameters");

const common = {
  /** Stable name, used in logs, metrics and events. */
  id: identifier,
  method: z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"]),
  /** Path at the gateway and at the service; under `/api/bff` at the shell. `:name` stands for one segment. */
  path: pathTemplate,
  /** Up to the first byte of the answer, and then for each pause in its body. 100 ms to 10 min. */
  timeoutMs: z.number().int().min(100).max(600_000),
  /** Largest request body accepted, up to 4 GiB. 0 where the method has none. */
  bodyLimitBytes: z.number().int().min(0).max(4_294_967_296),
  /** Media types of the bodies it takes. A browser's form can send none of the allowed ones. */
  accepts: z.array(mediaType).default(["application/json"]),
};

const serviceRouteSchema = z.strictObject({
  ...common,
  /** `jwt`: the gateway verifies the token by itself. `introspection`: it also asks identity whether it was revoked. */
  auth: z.enum(["jwt", "introspection"]),
  /** Service that answers it: the host, by the name the gateway knows its address under. */
  upstream: z.enum(["profile", "insights", "identity", "registry"]),
  /** Resource (RFC 8707) that the access token sent there must be for, and is for nothing else. */
  audience: z.url(),
  scope: scopeSchema,
  /** `sse` and `websocket` stay open until one side, or the end of the session, closes them. */
  transport: z.enum(["http", "sse", "websocket"]).default("http"),
  /** Further attempts when the service could not be reached or answered 502 to 504. Reads only. */
  retries: z.number().int().min(0).max(3).default(0),
  /** Requests each subject may make per minute, over all gateways; null for the gateway's general limit. */
  ratePerMinute: z.number().int().positive().nullable().default(null),
});

const shellRouteSchema = z.strictObject({
  ...common,
  /** Answered by the shell's front from the session itself; no token leaves it. */
  auth: z.literal("session"),
  upstream: z.literal("shell"),
});

/** One route of the API before defaults are filled in, as {@link defineRoutes} takes it. */
export type ApiRouteInput = z.input<typeof serviceRouteSchema> | z.input<typeof shellRouteSchema>;
/** A route that a service behind the gateway answers. */
export type ServiceRoute = z.output<typeof serviceRouteSchema>;
/** A route that the shell's front answers itself. */
export type ShellRoute = z.output<typeof shellRouteSchema>;
/** One route of the platform's API. The BFF and the gateway serve exactly what is listed, and nothing else. */
export type ApiRoute = ServiceRoute | ShellRoute;
/** Services behind the gateway. */
export type UpstreamName = ServiceRoute["upstream"];

/** A route manifest that cannot be served safely. The message names every wrong entry; code `unsafe_route_manifest`. */
export class RouteManifestError extends Error {
  readonly code = "unsafe_route_manifest";
  /** One line for each thing wrong, e.g. `route 3 (profile.me): retries: only reads may be retried`. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `The route manifest is not safe to serve:\n${problems.map((problem) => `  ${problem}`).join("\n")}`,
    );
    this.name = "RouteManifestError";
    this.problems = problems;
  }
}

function isWriteScope(scope: Scope): boolean {
  return !scope.endsWith(":read");
}

/** What is wrong with a route that is well formed. */
function contradictions(route: ApiRoute): string[] {
  const found: string[] = [];
  const isRead = readMethods.has(route.method);
  if (isRead && route.bodyLimitBytes > 0) found.push("bodyLimitBytes: a GET has no body");
  for (const type of ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"]) {
    if (route.accepts.includes(type)) found.push(`accepts: a form of another site can send ${type}`);
  }
  if (route.auth === "session") return found;
  if (!isRead && route.retries > 0) found.push("retries: only reads may be retried");
  if (route.transport !== "http" && !isRead) found.push(`transport: ${route.transport} starts with a GET`);
  if (route.transport !== "http" && route.retries > 0)
    found.push(`retries: a ${route.transport} cannot be replayed`);
  if (isRead && isWriteScope(route.scope) && route.transport !== "websocket")
    found.push(`scope: a read asks for ${route.scope}`);
  if (!isRead && !isWriteScope(route.scope)) found.push(`scope: a write is allowed by ${route.scope}`);
  return found;
}

/** Without a slash at the end: which of two routes is meant must not depend on it. */
function segmentsOf({ path }: ApiRoute): string[] {
  return path.replace(/\/$/, "").split("/");
}

function overlap(one: ApiRoute, other: ApiRoute): boolean {
  const [a, b] = [segmentsOf(one), segmentsOf(other)];
  return (
    one.method === other.method &&
    a.length === b.length &&
    a.every((part, index) => part === b[index] || part.startsWith(":") || b[index]?.startsWith(":") === true)
  );
}

/**
 * Checks a route manifest and fills in defaults. Call it while starting: an unsafe or contradictory manifest must
 * stop the process.
 * @throws {RouteManifestError} naming every entry that is wrong, by position and id.
 */
export function defineRoutes(inputs: readonly ApiRouteInput[]): readonly ApiRoute[] {
  const problems: string[] = [];
  const routes: ApiRoute[] = [];
  const schema = z.discriminatedUnion("auth", [serviceRouteSchema, shellRouteSchema]);
  for (const [index, input] of inputs.entries()) {
    const name = `route ${index + 1} (${input.id})`;
    const parsed = schema.safeParse(input);
    if (!parsed.success) {
      for (const { path, message } of parsed.error.issues)
        problems.push(`${name}: ${path.join(".")}: ${message}`);
      continue;
    }
    const route = parsed.data;
    problems.push(...contradictions(route).map((problem) => `${name}: ${problem}`));
    for (const earlier of routes) {
      if (earlier.id === route.id) problems.push(`${name}: id: taken by ${earlier.method} ${earlier.path}`);
      if (overlap(earlier, route)) {
        problems.push(`${name}: path: ${route.method} ${route.path} also matches ${earlier.path}`);
      }
    }
    routes.push(route);
  }
  if (problems.length > 0) throw new RouteManifestError(problems);
  return routes;
}
