import type { ApiRoute } from "@mullion/contracts";
import { bffProblem } from "./errors.ts";

const segmentPattern = /^[A-Za-z0-9._~@:-]+$/;

function segmentsOf(pathname: string): string[] {
  const segments = pathname.split("/").slice(1);
  // Refused rather than normalised: `..`, empty segments, percent-encoding and backslashes have no use in the API's
  // paths, and every proxy reads them differently.
  if (segments.some((segment) => segment === "." || segment === ".." || !segmentPattern.test(segment))) {
    throw bffProblem("path_invalid", { detail: "Segments may hold letters, digits and . _ ~ @ : - only." });
  }
  return segments;
}

function matches(route: ApiRoute, segments: readonly string[]): boolean {
  const template = route.path.split("/").slice(1);
  return (
    template.length === segments.length &&
    template.every((part, index) => part.startsWith(":") || part === segments[index])
  );
}

/**
 * Finds the route of the manifest for a method and a path without query.
 * @throws {ProblemError} `path_invalid` (400), `route_unknown` (404) or `method_not_allowed` (405, with Allow).
 */
export function findRoute(routes: readonly ApiRoute[], method: string, pathname: string): ApiRoute {
  const segments = segmentsOf(pathname);
  const candidates = routes.filter((route) => matches(route, segments));
  const found = candidates.find((route) => route.method === method);
  if (found !== undefined) return found;
  if (candidates.length === 0) throw bffProblem("route_unknown", { detail: `The API has no ${pathname}.` });
  throw bffProblem("method_not_allowed", {
    detail: `${pathname} does not take ${method}.`,
    headers: { allow: candidates.map((route) => route.method).join(", ") },
  });
}
