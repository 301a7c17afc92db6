import type { Release } from "@mullion/contracts";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createRelease } from "../testing/release.ts";
import { startRegistry, type TestRegistry } from "../testing/start-registry.ts";

let registry: TestRegistry;

beforeAll(async () => {
  registry = await startRegistry();
});

afterAll(async () => {
  await registry.close();
});

const put = (release: Release): Promise<Response> => registry.put(release);

it("P2 a published version never changes: same again 200, other content 409", async () => {
  const first = createRelease("user", "1.0.0-aaaaaa");
  expect((await registry.publish(first)).status).toBe(201);
  const reordered = JSON.parse(JSON.stringify(first.release)) as Release;
  expect(
    (await put(Object.fromEntries(Object.entries(reordered).reverse()) as unknown as Release)).status,
  ).toBe(200);
  const other = await put({ ...first.release, manifest: { ...first.release.manifest, title: "Other" } });
  expect(other.status).toBe(409);
  expect(await other.json()).toMatchObject({ code: "version_exists" });
});

it("P2 the database itself refuses to change versions, the history and the audit log", async () => {
  const release = createRelease("immutable", "1.0.0-aaaaaa");
  await registry.publish(release);
  await registry.promote(release);
  for (const table of ["versions", "channel_revisions", "audit"]) {
    const key = table === "audit" ? "action" : "version";
    for (const statement of [
      `update ${table} set ${key} = 'x'`,
      `delete from ${table}`,
      `truncate ${table} cascade`,
    ]) {
      await expect(registry.database.query(statement), statement).rejects.toMatchObject({ code: "23001" });
    }
  }
});

it("P2 of many who publish one version at once exactly one creates it", async () => {
  const variants = Array.from({ length: 6 }, (_, at) => {
    const { release, blobs } = createRelease("crowd", "1.0.0-aaaaaa");
    return { release: { ...release, manifest: { ...release.manifest, description: String(at % 2) } }, blobs };
  });
  await registry.delegate("crowd");
  for (const [hash, bytes] of variants[0]?.blobs ?? [])
    await registry.send("PUT", `/blobs/${hash}`, { bytes });
  const statuses = await Promise.all(variants.map(async ({ release }) => (await put(release)).status));
  expect(statuses.toSorted()).toEqual([200, 200, 201, 409, 409, 409]);
});

it("refuses a release while files are missing, and names them", async () => {
  const { release, blobs } = createRelease("partial", "1.0.0-aaaaaa");
  const [uploaded] = [...blobs];
  if (uploaded === undefined) throw new Error("the fixture has no files");
  await registry.delegate("partial");
  await registry.send("PUT", `/blobs/${uploaded[0]}`, { bytes: uploaded[1] });
  const response = await put(release);
  expect(response.status).toBe(422);
  const problem = (await response.json()) as { code: string; issues: { path: string; message: string }[] };
  expect(problem.code).toBe("blobs_missing");
  expect(problem.issues.map(({ message }) => message).toSorted()).toEqual(
    [...blobs.keys()].filter((hash) => hash !== uploaded[0]).toSorted(),
  );
});

it("refuses a container name that another version has: two such versions fail in one server process", async () => {
  const first = createRelease("twin", "1.0.0-aaaaaa");
  await registry.publish(first);
  const second = createRelease("twin", "1.0.0-bbbbbb", { container: first.release.container });
  const response = await registry.publish(second);
  expect(response.status).toBe(409);
  expect(await response.json()).toMatchObject({ code: "container_taken" });
});

it("takes data that the front answers from the session, which needs no scope", async () => {
  const { release, blobs } = createRelease("devices", "1.0.0-aaaaaa");
  const routes = release.manifest.routes.map((declared) => ({ ...declared, data: ["/session/devices"] }));
  release.manifest = { ...release.manifest, routes };
  expect((await registry.publish({ release, blobs })).status).toBe(201);
});

type Change = Partial<Omit<Release, "files">>;
const { release: valid } = createRelease("gated", "1.0.0-aaaaaa");
const { manifest } = valid;
const [route] = manifest.routes;
const routeWith = (change: object): Change => ({
  manifest: {
    ...manifest,
    routes: [{ ...route, path: "/gated", expose: "./app", roles: [], data: [], ...change }],
  },
});

it.each<[string, Change, string]>([
  [
    "an entry that is no file",
    { browserEntry: "_next/static/chunks/none.js" },
    "none.js is not among the files",
  ],
  [
    "a server entry that is no file",
    { serverEntry: "_next/static/ssr/none.js" },
    "none.js is not among the files",
  ],
  [
    "an exposed chunk that is no file",
    { exposes: { "./app": { scripts: ["a.js"], styles: [] } } },
    "a.js is not among",
  ],
  ["a route to what is not exposed", routeWith({ expose: "./other" }), "./other is not exposed"],
  ["data that is no route of the API", routeWith({ data: ["/profile/others"] }), "no GET route of the API"],
  ["data that only a write route has", routeWith({ data: ["/profile/me/pins"] }), "no GET route of the API"],
  ["data that is a stream", routeWith({ data: ["/insights/live"] }), "no GET route of the API"],
  ["data without its scope", routeWith({ data: ["/insights/summary?days=7"] }), "add it to manifest.scopes"],
  [
    "one path twice",
    { manifest: { ...manifest, routes: [...manifest.routes, ...manifest.routes] } },
    "declared twice",
  ],
  [
    "the start page",
    routeWith({ path: "/" }),
    "/ is the shell's own: give the page another one, such as /gated",
  ],
  ["a page below the API", routeWith({ path: "/api/session" }), "/api/session is the shell's own"],
  ["the sign-in", routeWith({ path: "/signin" }), "/signin is the shell's own"],
  [
    "navigation to nowhere",
    { manifest: { ...manifest, navigation: [{ label: "x", path: "/x", icon: "box", order: 1 }] } },
    "none of the remote's routes",
  ],
  [
    "a scope that no route of the API asks for",
    { manifest: { ...manifest, scopes: ["profile:read", "registry:host"] } },
    "registry:host opens no route of the BFF: remove it",
  ],
  ["a size that is not the file's", {}, "listed with"],
  ["a file listed twice", {}, "listed twice"],
])("P8 refuses %s with 422 that says what to change", async (name, change, message) => {
  const { release, blobs } = createRelease("gated", "1.0.0-aaaaaa", change);
  await registry.delegate("gated");
  for (const [hash, bytes] of blobs) await registry.send("PUT", `/blobs/${hash}`, { bytes });
  const [first, ...rest] = release.files;
  if (first === undefined) throw new Error("the fixture has no files");
  if (name.startsWith("a size")) release.files = [{ ...first, bytes: first.bytes + 1 }, ...rest];
  if (name.startsWith("a file listed")) release.files = [first, first, ...rest];
  const response = await put(release);
  expect(response.status).toBe(422);
  const problem = (await response.json()) as { code: string; issues: { message: string }[] };
  expect(problem.code).toBe("release_invalid");
  expect(problem.issues.map((issue) => issue.message).join("\n")).toContain(message);
});

it("refuses what is signed but no release, such as paths with '..', and what is not even signed", async () => {
  const { release } = createRelease("named", "1.0.0-aaaaaa");
  await registry.delegate("named");
  const [first] = release.files;
  if (first === undefined) throw new Error("the fixture has no files");
  for (const path of ["../../etc/passwd", "a/../b.js"]) {
    const response = await put({ ...release, files: [{ ...first, path }] });
    expect(response.status, path).toBe(422);
    expect(await response.json()).toMatchObject({ issues: [{ message: "payload_invalid" }] });
  }
  const target = "/remotes/named/versions/1.0.0-aaaaaa";
  for (const json of [release, {}, { jws: "x" }]) {
    expect((await registry.send("PUT", target, { json })).status).toBe(400);
  }
});

it("P2 lists versions newest first with who published them and where they are live", async () => {
  const [older, newer] = [createRelease("listed", "1.0.0-aaaaaa"), createRelease("listed", "1.0.0-bbbbbb")];
  await registry.publish(older);
  await registry.publish(newer);
  await registry.promote(older, "preview");
  const response = await registry.send("GET", "/remotes/listed/versions", { scopes: ["registry:read"] });
  expect(await response.json()).toMatchObject({
    remote: "listed",
    versions: [
      { version: "1.0.0-bbbbbb", publishedBy: "deployer", channels: [] },
      { version: "1.0.0-aaaaaa", publishedBy: "deployer", channels: ["preview"] },
    ],
  });
  expect((await registry.send("GET", "/remotes/nobody/versions")).status).toBe(404);
});

it("P2 writes every publication to the audit log, once, with who and what", async () => {
  const release = createRelease("audited", "1.0.0-aaaaaa");
  await registry.publish(release);
  await registry.publish(release);
  const { rows } = await registry.database.query(
    "select actor, action, version from audit where remote = 'audited' and version is not null",
  );
  expect(rows).toEqual([{ actor: "deployer", action: "version.published", version: "1.0.0-aaaaaa" }]);
});

it("S4.2 answers 401 without a token and 403 without the scope", async () => {
  const { release } = createRelease("scoped", "1.0.0-aaaaaa");
  const target = "/remotes/scoped/versions/1.0.0-aaaaaa";
  expect((await registry.send("PUT", target, { json: release, scopes: null })).status).toBe(401);
  expect((await registry.send("PUT", target, { json: release, scopes: ["registry:read"] })).status).toBe(403);
  expect((await registry.send("GET", "/remotes/scoped/versions", { scopes: [] })).status).toBe(403);
});
