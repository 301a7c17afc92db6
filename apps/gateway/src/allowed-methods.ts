import type { ServiceRoute } from "@mullion/contracts";

/** A function that gives the methods the manifest lists for a path; none when the path is not listed. */
export function createAllowedMethods(routes: readonly ServiceRoute[]): (path: string) => string[] {
  const patterns = routes.map(({ method, path }) => ({
    method,
    // Manifest paths are letters, dashes and slashes beside their parameters: nothing needs escaping.
    pattern: new RegExp(`^${path.replace(/:[a-z]+/gi, "[^/]+")}$`),
  }));
  return (path) => patterns.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
}
