import { apiAudience, apiRoutes, defineRoutes, shellRoutes } from "@mullion/contracts";

// The front sends every route of a service to GATEWAY_URL, here Django itself; `upstream` only groups them. Django's
// tokens have neither scopes nor an audience: `scope` is what a remote must declare to call the route.
const django = { auth: "jwt", upstream: "profile", audience: apiAudience } as const;

/** Route manifest of an installation whose API is this Django project, for the shell's ROUTES_MODULE. */
export default defineRoutes([
  {
    ...{ ...django, id: "me.read", method: "GET", path: "/api/me/", scope: "profile:read" },
    ...{ timeoutMs: 5_000, bodyLimitBytes: 0, retries: 1 },
  },
  {
    ...{ ...django, id: "me.update", method: "PATCH", path: "/api/me/", scope: "profile:write" },
    ...{ timeoutMs: 10_000, bodyLimitBytes: 16_384 },
  },
  ...shellRoutes(apiRoutes),
]);
