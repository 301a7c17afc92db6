import type { Host, Release } from "@mullion/contracts";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createRelease, type TestRelease } from "../testing/release.ts";
import { startRegistry, type TestRegistry } from "../testing/start-registry.ts";

let registry: TestRegistry;
const [hash, otherHash] = ["a".repeat(64), "b".repeat(64)];

beforeAll(async () => {
  registry = await startRegistry();
});

afterAll(async () => {
  await registry.close();
});

const host: Host = {
  channel: "production",
  shared: { react: "19.3.1", swr: "2.5.1" },
  contracts: { "@mullion/session#useBff": hash },
};

function announce(change: Partial<Host> = {}, channel = change.channel ?? "production"): Promise<Response> {
  const json = { ...host, ...change };
  return registry.send("PUT", `/registry/hosts/${channel}`, { json, scopes: ["registry:host"] });
}

interface Refusal {
  readonly code: string;
  readonly issues: { path: string; message: string }[];
}

async function refusalOf(release: TestRelease): Promise<Refusal> {
  const response = await registry.publish(release);
  expect(response.status).toBe(422);
  return (await response.json()) as Refusal;
}

const built = (name: string, change: Partial<Omit<Release, "files">>): TestRelease =>
  createRelease(name, "1.0.0-aaaaaa", change);

it("takes any release while no shell has said what it brings, and then what fits", async () => {
  const shared = {
    react: "^19.3.0",
    swr: "^2.5.0",
    "@mullion/ui": false,
  } as const;
  expect((await registry.publish(built("early", { shared: { react: "^18.0.0" } }))).status).toBe(201);
  expect((await announce()).status).toBe(200);
  const contracts = { "@mullion/session#useBff": hash };
  expect((await registry.publish(built("fitting", { shared, contracts }))).status).toBe(201);
});

it("P8 refuses a release built for other versions than the live shell brings, and says which to build with", async () => {
  await announce();
  expect(await refusalOf(built("old", { shared: { react: "^18.2.0", swr: "^2.5.0" } }))).toMatchObject({
    code: "release_invalid",
    issues: [
      {
        path: "shared.react",
        message:
          "built for react ^18.2.0, the production shell brings 19.3.1: install react@19.3.1 and build again",
      },
    ],
  });
  const { issues } = await refusalOf(built("odd", { shared: { react: "newest" } }));
  expect(issues[0]?.message).toBe("newest is no range of versions");
  // Remotes have no copy of what they share: without the shell's there would be none at all.
  expect((await refusalOf(built("new", { shared: { lit: "^3.0.0" } }))).issues).toEqual([
    {
      path: "shared.lit",
      message:
        "the production shell does not bring lit: deploy a shell that shares it first, or build without sharing it",
    },
  ]);
});

it("P8 refuses a release whose contract with the shell is another, naming the export", async () => {
  await announce();
  const contracts = { "@mullion/session#useBff": otherHash, "@mullion/session#useNew": hash };
  const { issues } = await refusalOf(built("ahead", { contracts }));
  expect(issues).toEqual([
    {
      path: "contracts.@mullion/session#useBff",
      message: "useBff is another in the production shell: build again with the @mullion/session it has",
    },
    {
      path: "contracts.@mullion/session#useNew",
      message:
        "the production shell does not have useNew: deploy the shell first, or build with the @mullion/session it has",
    },
  ]);
});

it("compares with the shell of the channel that is deployed to", async () => {
  await announce();
  await announce({ channel: "next", shared: { react: "20.0.0" } });
  const release = built("future", { shared: { react: "^20.0.0" } });
  await refusalOf(release);
  const path = "/remotes/future/versions/1.0.0-aaaaaa?channel=next";
  const json = await registry.trust.sign(release.release);
  expect((await registry.send("PUT", path, { json })).status).toBe(201);
});

it("a front says what it brings with registry:host, for the channel of the URL; everybody may read it", async () => {
  expect((await registry.send("GET", "/registry/hosts/nobody")).status).toBe(404);
  expect((await announce({}, "preview")).status).toBe(400);
  await announce({ channel: "preview" });
  const response = await registry.send("GET", "/registry/hosts/preview", { scopes: ["registry:read"] });
  expect(await response.json()).toEqual({ ...host, channel: "preview" });
  const json = { ...host, channel: "preview" };
  const scopes = ["registry:publish", "registry:read"] as const;
  expect((await registry.send("PUT", "/registry/hosts/preview", { json, scopes })).status).toBe(403);
});

it("writes to the audit log when a shell brings something else, not each time it says so", async () => {
  await announce({ channel: "logged" });
  await announce({ channel: "logged" });
  await announce({ channel: "logged", shared: { react: "19.4.0" } });
  const { rows } = await registry.database.query(
    "select action, detail->'shared'->>'react' as react from audit where channel = 'logged' order by id",
  );
  expect(rows).toEqual([
    { action: "host.announced", react: "19.3.1" },
    { action: "host.announced", react: "19.4.0" },
  ]);
});
