import {
  type CanaryChange,
  type Channel,
  channelSchema,
  placedVersionSchema,
  type RolloutList,
  rolloutListSchema,
  type Scope,
} from "@mullion/contracts";
import { verifyPlacedVersion } from "@mullion/release-signing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createRelease } from "../testing/release.ts";
import { startRegistry, type TestRegistry } from "../testing/start-registry.ts";

const [a, b, c] = ["1.0.0-aaaaaa", "1.1.0-bbbbbb", "1.2.0-cccccc"] as const;
let registry: TestRegistry;

beforeAll(async () => {
  registry = await startRegistry();
});

afterAll(async () => {
  await registry.close();
});

/** Publishes three versions of a remote and promotes the first, in a channel named after it. */
async function prepare(remote: string): Promise<void> {
  for (const version of [a, b, c]) {
    expect((await registry.publish(createRelease(remote, version))).status).toBe(201);
  }
  expect((await registry.promote(createRelease(remote, a), remote)).status).toBe(200);
}

/** A request about a remote in the channel named after it. */
async function send(method: string, remote: string, what: string, json: object, as = {}): Promise<Response> {
  return registry.send(method, `/registry/rollouts/${remote}/${remote}/${what}`, { json, ...as });
}

function tryOut(remote: string, version: string, percent: number): Promise<Response> {
  return send("PUT", remote, "canary", { version, percent });
}

async function readChannel(channel: string): Promise<Channel> {
  return channelSchema.parse(await (await registry.send("GET", `/channels/${channel}`)).json());
}

async function readRollout(channel: string): Promise<RolloutList["rollouts"][number]> {
  const response = await registry.send("GET", `/registry/rollouts?channel=${channel}`, {
    scopes: ["registry:read"],
  });
  const [rollout] = rolloutListSchema.parse(await response.json()).rollouts;
  if (rollout === undefined) throw new Error(`nothing is live in ${channel}`);
  return rollout;
}

it("P2 a canary is in the channel beside the stable version, each with what proves it", async () => {
  await prepare("alpha");
  expect(await (await tryOut("alpha", b, 12.5)).json()).toMatchObject({ revision: 2, percent: 12.5 });
  const { remotes, withdrawn } = await readChannel("alpha");
  expect(withdrawn).toEqual([]);
  const [alpha] = remotes;
  expect(alpha).toMatchObject({
    remote: "alpha",
    stable: { version: a, baseUrl: `http://registry.test/artifacts/alpha/${a}/` },
    canary: { percent: 12.5, release: { version: b, baseUrl: `http://registry.test/artifacts/alpha/${b}/` } },
  });
  for (const placed of [alpha?.stable, alpha?.canary?.release]) {
    if (placed === undefined) throw new Error("not placed");
    const { release } = await verifyPlacedVersion(placed, registry.trust.rootKeys, new Date());
    expect(release.version).toBe(placed.version);
  }
});

it("P2 a changed percentage keeps the people who are in; the next canary draws others", async () => {
  await prepare("beta");
  const saltOf = async (): Promise<string | undefined> =>
    (await readChannel("beta")).remotes[0]?.canary?.salt;
  await tryOut("beta", b, 10);
  const salt = await saltOf();
  await tryOut("beta", b, 50);
  expect(await saltOf()).toBe(salt);
  await send("DELETE", "beta", "canary", { version: b, reason: "seen enough" });
  await tryOut("beta", c, 10);
  expect(await saltOf()).not.toBe(salt);
});

it("P2 the same canary again changes nothing; another percentage or guard is written down", async () => {
  await prepare("gamma");
  const revisions: number[] = [];
  const guard = { minimumLoads: 200 };
  for (const json of [{ percent: 5 }, { percent: 5 }, { percent: 20 }, { percent: 20, guard }]) {
    const response = await send("PUT", "gamma", "canary", { version: b, ...json });
    revisions.push(((await response.json()) as CanaryChange).revision);
  }
  expect(revisions).toEqual([2, 2, 3, 4]);
  const { canary, events } = await readRollout("gamma");
  expect(canary).toMatchObject({ percent: 20, guard: { minimumLoads: 200, errorRatePoints: 2 } });
  expect(events.map(({ kind, percent }) => [kind, percent])).toEqual([
    ["canary-changed", 20],
    ["canary-changed", 20],
    ["canary-started", 5],
    ["promoted", null],
  ]);
});

it("P2 promoting the canary ends its trial; promoting another version leaves it on trial", async () => {
  await prepare("delta");
  await tryOut("delta", b, 10);
  expect((await registry.promote(createRelease("delta", c), "delta")).status).toBe(200);
  expect(await readRollout("delta")).toMatchObject({ stable: { version: c }, canary: { version: b } });
  expect((await registry.promote(createRelease("delta", b), "delta")).status).toBe(200);
  expect(await readRollout("delta")).toMatchObject({ stable: { version: b }, canary: null });
  expect((await readChannel("delta")).withdrawn).toEqual([]);
});

it("P2 an aborted canary is withdrawn with the reason given; asked again, nothing happens", async () => {
  await prepare("epsilon");
  await tryOut("epsilon", b, 10);
  const abort = { version: b, reason: "the totals are wrong" };
  const answers = await Promise.all([1, 2, 3].map(() => send("DELETE", "epsilon", "canary", abort)));
  for (const answer of answers) expect(await answer.json()).toMatchObject({ revision: 3, percent: null });
  expect(await readChannel("epsilon")).toMatchObject({
    revision: 3,
    withdrawn: [`epsilon@${b}`],
    remotes: [{ canary: null }],
  });
  const { events } = await readRollout("epsilon");
  expect(events[0]).toMatchObject({
    kind: "canary-aborted",
    reason: "the totals are wrong",
    actor: "deployer",
  });
  const other = await send("DELETE", "epsilon", "canary", { ...abort, version: c });
  expect(other.status).toBe(409);
  expect(await other.json()).toMatchObject({ code: "canary_unknown" });
});

it("P2 a rollback ends a canary first; both versions are withdrawn until they are placed again", async () => {
  await prepare("zeta");
  await registry.promote(createRelease("zeta", b), "zeta");
  await tryOut("zeta", c, 10);
  const back = await send("POST", "zeta", "rollback", { from: b, reason: "sign-in fails" });
  expect(await back.json()).toMatchObject({ revision: 5, version: a, previousVersion: b });
  expect(await readChannel("zeta")).toMatchObject({
    remotes: [{ stable: { version: a }, canary: null }],
    withdrawn: [`zeta@${b}`, `zeta@${c}`],
  });
  const { events } = await readRollout("zeta");
  expect(events.slice(0, 2)).toMatchObject([
    { kind: "rolled-back", version: a, reason: "sign-in fails" },
    { kind: "canary-aborted", version: c, reason: "sign-in fails" },
  ]);
  await tryOut("zeta", b, 10);
  expect((await readChannel("zeta")).withdrawn).toEqual([`zeta@${c}`]);
});

it("P2 a promotion that is sent again after a rollback, or an abort, does not undo it", async () => {
  await prepare("nu");
  const first = (await readRollout("nu")).events[0]?.revision;
  const promotion = { version: b, after: first };
  expect((await send("PUT", "nu", "stable", promotion)).status).toBe(200);
  expect((await send("PUT", "nu", "stable", promotion)).status, "nothing happened between").toBe(200);
  await send("POST", "nu", "rollback", { from: b, reason: "totals are wrong" });
  const late = await send("PUT", "nu", "stable", promotion);
  expect(late.status).toBe(409);
  expect(await late.json()).toMatchObject({ code: "live_version_changed" });
  await tryOut("nu", c, 10);
  const seen = (await readRollout("nu")).events[0]?.revision;
  await send("DELETE", "nu", "canary", { version: c, reason: "broken" });
  expect((await send("PUT", "nu", "stable", { version: c, after: seen })).status).toBe(409);
  expect((await readRollout("nu")).stable.version).toBe(a);
  const aware = (await readRollout("nu")).events[0]?.revision;
  expect((await send("PUT", "nu", "stable", { version: b, after: aware })).status).toBe(200);
});

it("P4 a version that was in the channel can still be asked for, one that never was or was withdrawn cannot", async () => {
  await prepare("eta");
  await tryOut("eta", b, 10);
  await registry.promote(createRelease("eta", c), "eta");
  const ask = (version: string): Promise<Response> =>
    registry.send("GET", `/channels/eta/remotes/eta/versions/${version}`, { scopes: ["registry:read"] });
  const placed = placedVersionSchema.parse(await (await ask(a)).json());
  expect((await verifyPlacedVersion(placed, registry.trust.rootKeys, new Date())).release.version).toBe(a);
  expect((await ask(b)).status).toBe(200);
  await send("DELETE", "eta", "canary", { version: b, reason: "broken" });
  for (const version of [b, "9.9.9-ffffff"]) {
    const gone = await ask(version);
    expect(gone.status).toBe(404);
    expect(await gone.json()).toMatchObject({ code: "version_unknown" });
  }
  expect((await ask("latest")).status).toBe(400);
});

it("P2 every change of a canary is in the audit log with its percentage and reason", async () => {
  await prepare("theta");
  await tryOut("theta", b, 10);
  await tryOut("theta", b, 25);
  await send("DELETE", "theta", "canary", { version: b, reason: "enough" });
  const { rows } = await registry.database.query(
    "select actor, action, version, detail from audit where channel = 'theta' and action like 'canary.%' order by id",
  );
  expect(rows).toEqual([
    { actor: "deployer", action: "canary.started", version: b, detail: { revision: 2, percent: 10 } },
    { actor: "deployer", action: "canary.changed", version: b, detail: { revision: 3, percent: 25 } },
    { actor: "deployer", action: "canary.aborted", version: b, detail: { revision: 4, reason: "enough" } },
  ]);
});

it("refuses a canary of what is live, is not published, has nothing to be compared with, or comes second", async () => {
  await prepare("iota");
  const codes = async (response: Promise<Response>): Promise<[number, unknown]> => {
    const answer = await response;
    return [answer.status, ((await answer.json()) as { code?: string }).code];
  };
  expect(await codes(tryOut("iota", a, 10))).toEqual([409, "version_is_stable"]);
  expect(await codes(tryOut("iota", "9.9.9-ffffff", 10))).toEqual([404, "version_unknown"]);
  const elsewhere = "/registry/rollouts/preview/iota/canary";
  const json = { version: b, percent: 10 };
  expect(await codes(registry.send("PUT", elsewhere, { json }))).toEqual([409, "no_stable_version"]);
  await tryOut("iota", b, 10);
  expect(await codes(tryOut("iota", c, 10))).toEqual([409, "canary_running"]);
  for (const percent of [-1, 101, 1.234, "10"]) {
    expect((await send("PUT", "iota", "canary", { version: b, percent })).status).toBe(400);
  }
  const silent = await send("DELETE", "iota", "canary", { version: b });
  expect(await silent.json()).toMatchObject({ code: "invalid_body", issues: [{ path: "reason" }] });
});

it("refuses a canary that takes a path of another live remote", async () => {
  await prepare("kappa");
  await prepare("lambda");
  const thief = createRelease("lambda", "2.0.0-ffffff");
  thief.release.manifest = {
    ...thief.release.manifest,
    routes: createRelease("kappa", a).release.manifest.routes,
    navigation: [],
  };
  expect((await registry.publish(thief)).status).toBe(201);
  expect((await registry.promote(createRelease("lambda", a), "kappa")).status).toBe(200);
  const json = { version: thief.release.version, percent: 10 };
  const refused = await registry.send("PUT", "/registry/rollouts/kappa/lambda/canary", { json });
  expect(await refused.json()).toMatchObject({ code: "route_taken", issues: [{ path: "/kappa" }] });
});

it("SEC-53 who publishes one remote cannot promote, try, abort or roll back another's", async () => {
  await prepare("mu");
  await tryOut("mu", b, 10);
  const stranger = { subject: "another-team" };
  const attempts = [
    ["PUT", "stable", { version: c }],
    ["PUT", "canary", { version: b, percent: 100 }],
    ["DELETE", "canary", { version: b, reason: "mine" }],
    ["POST", "rollback", { from: a }],
  ] as const;
  for (const [method, what, json] of attempts) {
    const refused = await send(method, "mu", what, json, stranger);
    expect(refused.status, what).toBe(403);
    expect(await refused.json()).toMatchObject({ code: "not_a_publisher" });
  }
  expect(await readRollout("mu")).toMatchObject({
    stable: { version: a },
    canary: { version: b, percent: 10 },
  });
  const operator = { subject: "operator", scopes: ["registry:publish", "registry:admin"] satisfies Scope[] };
  const [method, what, json] = attempts[2];
  expect((await send(method, "mu", what, json, operator)).status).toBe(200);
});

it("S4.2 answers 401 without a token and 403 without the scope", async () => {
  expect((await registry.send("GET", "/registry/rollouts", { scopes: null })).status).toBe(401);
  expect((await registry.send("GET", "/registry/rollouts", { scopes: ["registry:publish"] })).status).toBe(
    403,
  );
  const json = { version: b, percent: 10 };
  expect((await send("PUT", "alpha", "canary", json, { scopes: null })).status).toBe(401);
  expect((await send("PUT", "alpha", "canary", json, { scopes: ["registry:read"] })).status).toBe(403);
  const abort = { version: b, reason: "no" };
  expect((await send("DELETE", "alpha", "canary", abort, { scopes: ["registry:read"] })).status).toBe(403);
});
