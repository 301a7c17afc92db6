import type { ApiRoute } from "@mullion/contracts";
import { bffProblem } from "./errors.ts";

/** A route, and what its `:name` segments stood for. */
export interface RouteMatch {
  readonly route: ApiRoute;
  readonly params: Readonly<Record<string, string>>;
}

const segmentPattern = /^[A-Za-z0-9._~@:-]+$/;

function segmentsOf(pathname: string): string[] {
  const segments = pathname.split("/").slice(1);
  // Refused rather than normalised: `..`, empty segments, percent-encoding and backslashes have no use in the API's
  // paths, and every proxy reads them differently.
  const named = segments.length > 1 && segments.at(-1) === "" ? segments.slice(0, -1) : segments;
  if (named.some((segment) => segment === "." || segment === ".." || !segmentPattern.test(segment))) {
    throw bffProblem("path_invalid", { detail: "Segments may hold letters, digits and . _ ~ @ : - only." });
  }
  return segments;
}

/** Values of the template's parameters, or null when the path is another one. */
function match(template: string, segments: readonly string[]): Record<string, string> | null {
  const parts = template.split("/").slice(1);
  if (parts.length !== segments.length) return null;
  const params: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const segment = segments[index] ?? "";
    if (part.startsWith(":") && segment !== "") params[part.slice(1)] = segment;
    else if (part !== segment) return null;
  }
  return params;
}

const withoutParams: RouteMatch["params"] = {};
const fixedRoutes = new WeakMap<readonly ApiRoute[], Map<string, RouteMatch>>();

/** The routes without parameters, by method and path: most calls are found at once. The manifest lets none overlap. */
function fixedRoutesOf(routes: readonly ApiRoute[]): Map<string, RouteMatch> {
  const known = fixedRoutes.get(routes);
  if (known !== undefined) return known;
  const fixed = routes.filter(({ path }) => !path.includes(":"));
  const made = new Map(
    fixed.map((route) => [`${route.method} ${route.path}`, { route, params: withoutParams }] as const),
  );
  fixedRoutes.set(routes, made);
  return made;
}

/**
 * Finds the route of the manifest for a method and a path without query.
 * @throws {ProblemError} `path_invalid` (400), `route_unknown` (404) or `method_not_allowed` (405, with Allow).
 */
export function findRoute(routes: readonly ApiRoute[], method: string, pathname: string): RouteMatch {
  const fixed = fixedRoutesOf(routes).get(`${method} ${pathname}`);
  if (fixed !== undefined) return fixed;
  const segments = segmentsOf(pathname);
  const allowed: string[] = [];
  for (const route of routes) {
    const params = match(route.path, segments);
    if (params === null) continue;
    if (route.method === method) return { route, params };
    allowed.push(route.method);
  }
  if (allowed.length === 0) throw bffProblem("route_unknown", { detail: `The API has no ${pathname}.` });
  throw bffProblem("method_not_allowed", {
    detail: `${pathname} does not take ${method}.`,
    headers: { allow: allowed.join(", ") },
  });
}
