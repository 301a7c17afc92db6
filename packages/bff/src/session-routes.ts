import { type ApiRoute, RouteManifestError, type ShellRoute, shellRoutes } from "@mullion/contracts";
import type { SessionRouteAnswer, SessionRouteCall, SessionRoutes } from "./options.ts";

/**
 * Checks that every route which the front answers itself has a handler.
 * @throws {RouteManifestError} naming those without.
 */
export function assertSessionRoutes(routes: readonly ApiRoute[], handlers: SessionRoutes): void {
  const missing = shellRoutes(routes).filter(({ id }) => !Object.hasOwn(handlers, id));
  if (missing.length === 0) return;
  throw new RouteManifestError(missing.map(({ id }) => `route ${id}: auth: the front has no handler for it`));
}

/** Answers a route of the front itself. */
export async function answerSessionRoute(
  handlers: SessionRoutes,
  route: ShellRoute,
  call: SessionRouteCall,
): Promise<SessionRouteAnswer> {
  const handler = handlers[route.id];
  if (handler === undefined)
    throw new RouteManifestError([`route ${route.id}: auth: the front has no handler for it`]);
  return handler(call);
}
