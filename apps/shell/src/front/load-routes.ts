import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type ApiRoute, type ApiRouteInput, apiRoutes, defineRoutes } from "@mullion/contracts";
import { z } from "zod";

const moduleSchema = z.object({
  // Each entry is checked by defineRoutes, which names it by position and id.
  default: z.array(z.custom<ApiRouteInput>((entry) => typeof entry === "object" && entry !== null)),
});

/**
 * The route manifest to serve: the default export of a module, a list of routes with or without defaults, or the
 * platform's own. Loaded once at the start, with the rights of the front: as trusted as the front's own code.
 * @throws {RouteManifestError} for an unsafe manifest; {ZodError} for a module without a list.
 */
export async function loadRoutes(modulePath: string | undefined): Promise<readonly ApiRoute[]> {
  if (modulePath === undefined) return apiRoutes;
  const loaded: unknown = await import(pathToFileURL(resolve(modulePath)).href);
  return defineRoutes(moduleSchema.parse(loaded).default);
}
