import { apiRoutes, isReservedPath, type Problem, type Release, serviceRoutes } from "@mullion/contracts";

type Issue = NonNullable<Problem["issues"]>[number];
type Check = (release: Release) => Issue[];

const listed = (release: Release): Set<string> => new Set(release.files.map(({ path }) => path));

const filesAreDistinct: Check = ({ files }) => {
  const seen = new Set<string>();
  return files.flatMap(({ path }, at) => {
    const where = `files.${String(at)}.path`;
    if (path.split("/").some((name) => name === "" || name === ".")) {
      return [{ path: where, message: `${path} has an empty or '.' segment` }];
    }
    if (seen.has(path)) return [{ path: where, message: `${path} is listed twice` }];
    seen.add(path);
    return [];
  });
};

const entriesAreListed: Check = (release) => {
  const files = listed(release);
  return (["browserEntry", "serverEntry"] as const)
    .filter((entry) => !files.has(release[entry]))
    .map((entry) => ({ path: entry, message: `${release[entry]} is not among the files: pack it too` }));
};

const exposedAssetsAreListed: Check = (release) => {
  const files = listed(release);
  return Object.entries(release.exposes).flatMap(([expose, { scripts, styles }]) =>
    [...scripts, ...styles]
      .filter((asset) => !files.has(asset))
      .map((asset) => ({
        path: `exposes.${expose}`,
        message: `${asset} is not among the files: pack it too`,
      })),
  );
};

const routesAreExposed: Check = ({ manifest, exposes }) =>
  manifest.routes.flatMap(({ expose }, at) =>
    Object.hasOwn(exposes, expose)
      ? []
      : [
          {
            path: `manifest.routes.${String(at)}.expose`,
            message: `${expose} is not exposed by this build; it exposes ${Object.keys(exposes).join(", ") || "nothing"}`,
          },
        ],
  );

const pathsAreDistinct: Check = ({ manifest }) => {
  const paths = manifest.routes.map(({ path }) => path);
  return paths.flatMap((path, at) =>
    paths.indexOf(path) === at
      ? []
      : [{ path: `manifest.routes.${String(at)}.path`, message: `${path} is declared twice` }],
  );
};

const pathsAreFree: Check = ({ manifest }) =>
  manifest.routes.flatMap(({ path }, at) =>
    isReservedPath(path)
      ? [
          {
            path: `manifest.routes.${String(at)}.path`,
            message: `${path} is the shell's own: give the page another one, such as /${manifest.name}`,
          },
        ]
      : [],
  );

const navigationLeadsSomewhere: Check = ({ manifest }) =>
  manifest.navigation.flatMap(({ path }, at) =>
    manifest.routes.some((route) => route.path === path)
      ? []
      : [
          {
            path: `manifest.navigation.${String(at)}.path`,
            message: `${path} is none of the remote's routes: add the route or remove the entry`,
          },
        ],
  );

// What a page can wait for: a read of a service or of the front itself, and no stream.
const readRoutes = apiRoutes
  .filter((route) => route.method === "GET" && (route.auth === "session" || route.transport === "http"))
  .map((route) => ({
    ...route,
    pattern: new RegExp(`^${route.path.replace(/:[a-zA-Z]+/g, "[^/]+")}$`),
  }));

const dataIsReadable: Check = ({ manifest }) =>
  manifest.routes.flatMap(({ data }, at) =>
    data.flatMap((declared, index) => {
      const path = `manifest.routes.${String(at)}.data.${String(index)}`;
      const route = readRoutes.find(({ pattern }) => pattern.test(declared.split("?", 1)[0] ?? ""));
      if (route === undefined) {
        const known = readRoutes.map((known) => known.path).join(", ");
        return [{ path, message: `${declared} is no GET route of the API; there are ${known}` }];
      }
      if (route.auth === "session" || manifest.scopes.includes(route.scope)) return [];
      return [{ path, message: `${declared} needs the scope ${route.scope}: add it to manifest.scopes` }];
    }),
  );

const usefulScopes = new Set(serviceRoutes(apiRoutes).map(({ scope }) => scope));

const scopesAreUseful: Check = ({ manifest }) =>
  manifest.scopes.flatMap((scope, at) =>
    usefulScopes.has(scope)
      ? []
      : [
          {
            path: `manifest.scopes.${String(at)}`,
            message: `${scope} opens no route of the BFF: remove it; there are ${[...usefulScopes].join(", ")}`,
          },
        ],
  );

/** In the order in which their findings are reported. */
const checks: readonly Check[] = [
  filesAreDistinct,
  entriesAreListed,
  exposedAssetsAreListed,
  pathsAreDistinct,
  pathsAreFree,
  routesAreExposed,
  navigationLeadsSomewhere,
  dataIsReadable,
  scopesAreUseful,
];

/** Everything that keeps a well-formed release from being published, each saying what to change. Empty: it may. */
export function findIssues(release: Release): Issue[] {
  return checks.flatMap((check) => check(release));
}
