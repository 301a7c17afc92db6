import { expect, it } from "vitest";
import { apiAudience } from "./claims.ts";
import { type ApiRouteInput, defineRoutes, RouteManifestError } from "./route-manifest.ts";
import { apiRoutes, serviceRoutes, shellRoutes } from "./routes.ts";

const read: ApiRouteInput = {
  auth: "jwt",
  id: "things.list",
  method: "GET",
  path: "/things",
  upstream: "profile",
  audience: apiAudience,
  scope: "profile:read",
  timeoutMs: 1_000,
  bodyLimitBytes: 0,
};
const write = {
  ...read,
  id: "things.save",
  method: "PUT",
  scope: "profile:write",
  bodyLimitBytes: 10,
} as const;

function problemsOf(...routes: ApiRouteInput[]): readonly string[] {
  try {
    defineRoutes(routes);
    return [];
  } catch (error) {
    if (error instanceof RouteManifestError) return error.problems;
    throw error;
  }
}

it("fills in what a route leaves out", () => {
  expect(defineRoutes([read, write])).toMatchObject([
    { transport: "http", accepts: ["application/json"], retries: 0, ratePerMinute: null },
    { method: "PUT" },
  ]);
});

it.each<[string, Partial<ApiRouteInput>]>([
  ["path: ", { path: "/things/../admin" }],
  ["path: ", { path: "/things//x" }],
  ["path: ", { path: "/things/%2e%2e" }],
  ["path: ", { path: "/things/*" }],
  ["path: ", { path: "things" }],
  ["timeoutMs: ", { timeoutMs: 0 }],
  ["bodyLimitBytes: a GET has no body", { bodyLimitBytes: 1 }],
  ["audience: ", { audience: "" }],
  ["scope: a read asks for profile:write", { scope: "profile:write" }],
  ["accepts: a form of another site can send text/plain", { accepts: ["text/plain"] }],
  ["accepts: a form of another site can send multipart/form-data", { accepts: ["multipart/form-data"] }],
  ["retries: a sse cannot be replayed", { transport: "sse", retries: 1 }],
])("refuses a read with an unsafe %s", (problem, change) => {
  const problems = problemsOf({ ...read, ...change } as ApiRouteInput);
  expect(problems.join("\n")).toContain(`route 1 (things.list): ${problem}`);
});

it.each<[string, Partial<ApiRouteInput>]>([
  ["retries: only reads may be retried", { retries: 1 }],
  ["scope: a write is allowed by profile:read", { scope: "profile:read" }],
  ["transport: websocket starts with a GET", { transport: "websocket" }],
])("refuses a write with contradictory %s", (problem, change) => {
  const problems = problemsOf({ ...write, ...change } as ApiRouteInput);
  expect(problems).toContain(`route 1 (things.save): ${problem}`);
});

it("refuses two routes that could answer one request, naming the later", () => {
  const one = { ...read, id: "one", path: "/things/:id" };
  const latest = { ...read, id: "latest", path: "/things/latest" };
  expect(problemsOf(read, one, latest)).toEqual([
    "route 3 (latest): path: GET /things/latest also matches /things/:id",
  ]);
});

it("takes a path that ends with a slash, but not beside the same one without", () => {
  const slash = { ...read, id: "slash", path: "/things/" };
  const one = { ...read, id: "one", path: "/things/:id" };
  expect(problemsOf(slash, one)).toEqual([]);
  expect(problemsOf(read, slash)).toEqual(["route 2 (slash): path: GET /things/ also matches /things"]);
});

it("refuses an id used twice, and says everything that is wrong at once", () => {
  const again = { ...read, path: "/others", bodyLimitBytes: 5 };
  expect(problemsOf(read, again)).toHaveLength(2);
});

it("refuses a route of the front that would send a token", () => {
  const session = {
    ...{ auth: "session", id: "session.x", method: "GET", path: "/session/x" },
    ...{ upstream: "profile", timeoutMs: 1_000, bodyLimitBytes: 0 },
  };
  expect(problemsOf(session as ApiRouteInput).join()).toContain("route 1 (session.x): upstream: ");
});

it("the platform's own routes are split into those of services and those of the front, and none is lost", () => {
  expect(serviceRoutes(apiRoutes).length + shellRoutes(apiRoutes).length).toBe(apiRoutes.length);
  expect(shellRoutes(apiRoutes).map(({ path }) => path.split("/")[1])).toEqual(Array(4).fill("session"));
});
