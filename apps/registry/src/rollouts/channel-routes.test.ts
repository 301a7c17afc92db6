import type { Channel, ChannelChange } from "@mullion/contracts";
import { createTestLink } from "@mullion/testing";
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

/** Publishes versions `1.0.0-aaaaaa`, `1.0.0-bbbbbb`, … of a remote. */
async function publishVersions(remote: string, letters: string): Promise<ReturnType<typeof createRelease>[]> {
  const releases = Array.from(letters, (letter) => createRelease(remote, `1.0.0-${letter.repeat(6)}`));
  for (const release of releases) expect((await registry.publish(release)).status).toBe(201);
  return releases;
}

async function read(channel: string, at = registry.url): Promise<Channel> {
  return (await (await registry.send("GET", `/channels/${channel}`, { at })).json()) as Channel;
}

function rollBack(channel: string, remote: string, from: string): Promise<Response> {
  return registry.send("POST", `/registry/rollouts/${channel}/${remote}/rollback`, { json: { from } });
}

/** A long-poll at an instance. */
function poll(channel: string, after: number, at: string, waitSeconds = 20): Promise<Response> {
  return registry.send(
    "GET",
    `/channels/${channel}?after=${String(after)}&waitSeconds=${String(waitSeconds)}`,
    {
      at,
    },
  );
}

it("P1 a promoted version is in the channel with the URL of its files, at a larger revision", async () => {
  expect(await read("first")).toEqual({
    ...{ channel: "first", revision: 0, remotes: [], withdrawn: [], revoked: [] },
  });
  const [a] = await publishVersions("alpha", "a");
  if (a === undefined) throw new Error("nothing published");
  expect(await (await registry.promote(a, "first")).json()).toMatchObject({
    revision: 1,
    previousVersion: null,
  });
  expect(await read("first")).toMatchObject({
    revision: 1,
    remotes: [
      {
        remote: "alpha",
        stable: { version: "1.0.0-aaaaaa", baseUrl: "http://registry.test/artifacts/alpha/1.0.0-aaaaaa/" },
        canary: null,
      },
    ],
  });
  expect(await (await registry.promote(a, "first")).json()).toMatchObject({ revision: 1 });
});

it("P1 who waits hears of a promotion in under a second, at this instance and at another", async () => {
  const [a, b] = await publishVersions("beta", "ab");
  if (a === undefined || b === undefined) throw new Error("nothing published");
  await registry.promote(a, "live");
  const other = await registry.startInstance();
  const waiting = [registry.url, other.url].flatMap((at) => [poll("live", 1, at), poll("live", 1, at)]);
  await expect.poll(() => registry.pending()).toBe(2);
  await expect.poll(() => other.pending()).toBe(2);

  const promotedAt = performance.now();
  await registry.promote(b, "live");
  const answers = await Promise.all(waiting);
  expect(performance.now() - promotedAt).toBeLessThan(1000);
  for (const answer of answers) {
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      revision: 2,
      remotes: [{ stable: { version: b.release.version } }],
    });
  }
  await other.close();
});

it("answers at once when the caller is behind, or ahead of a restored database, and 304 when nothing changed", async () => {
  const [a] = await publishVersions("gamma", "a");
  if (a === undefined) throw new Error("nothing published");
  await registry.promote(a, "steady");
  expect((await poll("steady", 0, registry.url)).status).toBe(200);
  expect((await poll("steady", 99, registry.url)).status).toBe(200);
  const unchanged = await poll("steady", 1, registry.url, 0);
  expect(unchanged.status).toBe(304);
  expect(await unchanged.text()).toBe("");
  expect((await poll("steady", 1, registry.url, 1)).status).toBe(304);
  expect((await poll("steady", 1, registry.url, 600)).status).toBe(400);
});

it("a change of another channel does not end the wait", async () => {
  const [a, b] = await publishVersions("delta", "ab");
  if (a === undefined || b === undefined) throw new Error("nothing published");
  await registry.promote(a, "quiet");
  const waiting = poll("quiet", 1, registry.url, 1);
  await registry.promote(b, "noisy");
  expect((await waiting).status).toBe(304);
});

it("P1 an instance that is cut off from Postgres hears of changes again once the way is back, without restart", async () => {
  const [a, b] = await publishVersions("epsilon", "ab");
  if (a === undefined || b === undefined) throw new Error("nothing published");
  await registry.promote(a, "cut");
  const link = await createTestLink(registry.connectionString);
  const instance = await registry.startInstance(link.url);
  await expect.poll(async () => (await fetch(`${instance.url}/readyz`)).status).toBe(200);

  await link.cut();
  const failed = await registry.send("GET", "/channels/cut", { at: instance.url });
  expect(failed.status).toBe(503);
  expect(failed.headers.get("retry-after")).not.toBeNull();
  expect((await fetch(`${instance.url}/readyz`)).status).toBe(503);

  await link.restore();
  await expect
    .poll(async () => (await fetch(`${instance.url}/readyz`)).status, { timeout: 10_000 })
    .toBe(200);
  const waiting = poll("cut", 1, instance.url);
  await registry.promote(b, "cut");
  expect(await (await waiting).json()).toMatchObject({ revision: 2 });
  await instance.close();
  await link.close();
});

it("closing an instance lets go of whoever waits there", async () => {
  const instance = await registry.startInstance();
  const [a] = await publishVersions("zeta", "a");
  if (a === undefined) throw new Error("nothing published");
  await registry.promote(a, "closing");
  const waiting = [poll("closing", 1, instance.url), poll("closing", 1, instance.url)];
  await expect.poll(() => instance.pending()).toBe(2);
  await instance.close();
  expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([304, 304]);
});

it("P2 rollback returns to the version promoted before, and again to the one before that", async () => {
  const [a, b, c] = await publishVersions("eta", "abc");
  if (a === undefined || b === undefined || c === undefined) throw new Error("nothing published");
  for (const release of [a, b, c]) await registry.promote(release, "back");
  const first = (await (await rollBack("back", "eta", c.release.version)).json()) as ChannelChange;
  expect(first).toMatchObject({
    revision: 4,
    version: b.release.version,
    previousVersion: c.release.version,
  });
  const second = (await (await rollBack("back", "eta", b.release.version)).json()) as ChannelChange;
  expect(second.version).toBe(a.release.version);
  expect((await read("back")).remotes.map(({ stable }) => stable.version)).toEqual([a.release.version]);
  const third = await rollBack("back", "eta", a.release.version);
  expect(third.status).toBe(409);
  expect(await third.json()).toMatchObject({ code: "nothing_to_roll_back" });
});

it("P2 a rollback sent again goes back once, and who asked again learns what happened", async () => {
  const [a, b, c] = await publishVersions("theta", "abc");
  if (a === undefined || b === undefined || c === undefined) throw new Error("nothing published");
  for (const release of [a, b, c]) await registry.promote(release, "twice");
  const answers = await Promise.all([1, 2, 3].map(() => rollBack("twice", "theta", c.release.version)));
  for (const answer of answers) {
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ revision: 4, version: b.release.version });
  }
  const late = await rollBack("twice", "theta", a.release.version);
  expect(late.status).toBe(409);
  expect(await late.json()).toMatchObject({ code: "live_version_changed" });
  expect((await read("twice")).remotes.map(({ stable }) => stable.version)).toEqual([b.release.version]);
});

it("P2 every change of a channel is in the audit log, in the order of revisions", async () => {
  const [a, b] = await publishVersions("iota", "ab");
  if (a === undefined || b === undefined) throw new Error("nothing published");
  for (const release of [a, b]) await registry.promote(release, "logged");
  await rollBack("logged", "iota", b.release.version);
  const { rows } = await registry.database.query(
    "select actor, action, version, detail from audit where channel = 'logged' order by id",
  );
  expect(rows).toEqual([
    {
      actor: "deployer",
      action: "channel.promoted",
      version: a.release.version,
      detail: { revision: 1, previous: null },
    },
    {
      actor: "deployer",
      action: "channel.promoted",
      version: b.release.version,
      detail: { revision: 2, previous: a.release.version },
    },
    {
      actor: "deployer",
      action: "channel.rolled_back",
      version: a.release.version,
      detail: { revision: 3, previous: b.release.version },
    },
  ]);
});

it("promotions at the same time take revisions one after the other, none lost", async () => {
  const releases = await Promise.all(
    ["one", "two", "three", "four", "five"].map(async (name) => (await publishVersions(name, "a"))[0]),
  );
  const answers = await Promise.all(
    releases.map(async (release) => {
      if (release === undefined) throw new Error("nothing published");
      return (await (await registry.promote(release, "busy")).json()) as ChannelChange;
    }),
  );
  expect(answers.map(({ revision }) => revision).toSorted()).toEqual([1, 2, 3, 4, 5]);
  expect(await read("busy")).toMatchObject({ revision: 5, remotes: { length: 5 } });
});

it("refuses to make live what takes a path of another live remote, also when both come at once", async () => {
  const kappa = createRelease("kappa", "1.0.0-aaaaaa");
  const lambda = createRelease("lambda", "1.0.0-aaaaaa");
  lambda.release.manifest = { ...kappa.release.manifest, name: "lambda" };
  for (const release of [kappa, lambda]) expect((await registry.publish(release)).status).toBe(201);
  const answers = await Promise.all([registry.promote(kappa, "taken"), registry.promote(lambda, "taken")]);
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
  const refused = answers.find(({ status }) => status === 409);
  expect(await refused?.json()).toMatchObject({ code: "route_taken", issues: [{ path: "/kappa" }] });
  expect((await registry.promote(lambda, "elsewhere")).status).toBe(200);
});

it("refuses a version that is not published, bad names and bad bodies", async () => {
  const target = "/registry/rollouts/production/nobody/stable";
  const unknown = await registry.send("PUT", target, { json: { version: "1.0.0-aaaaaa" } });
  expect(unknown.status).toBe(404);
  expect(await unknown.json()).toMatchObject({ code: "version_unknown" });
  expect((await registry.send("PUT", target, { json: { version: "latest" } })).status).toBe(400);
  for (const bad of ["/channels/Not%20One", "/channels/a%00b", "/remotes/a%00b/versions"]) {
    expect((await registry.send("GET", bad)).status, bad).toBe(400);
  }
  const badPlace = "/registry/rollouts/production/a%00b/stable";
  expect((await registry.send("PUT", badPlace, { json: { version: "1.0.0-aaaaaa" } })).status).toBe(400);
});

it("S4.2 answers 401 without a token and 403 without the scope", async () => {
  const json = { version: "1.0.0-aaaaaa" };
  const target = "/registry/rollouts/production/user";
  expect((await registry.send("GET", "/channels/production", { scopes: null })).status).toBe(401);
  expect((await registry.send("GET", "/channels/production", { scopes: ["registry:publish"] })).status).toBe(
    403,
  );
  expect((await registry.send("PUT", `${target}/stable`, { json, scopes: null })).status).toBe(401);
  expect((await registry.send("PUT", `${target}/stable`, { json, scopes: ["registry:read"] })).status).toBe(
    403,
  );
  const back = { json: { from: "1.0.0-aaaaaa" }, scopes: ["registry:read"] } as const;
  expect((await registry.send("POST", `${target}/rollback`, back)).status).toBe(403);
});
