import type { PublisherList, Scope } from "@mullion/contracts";
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

function change(
  method: "PUT" | "DELETE",
  membership: string,
  subject: string,
  scopes: Scope[] = ["registry:publish"],
): Promise<Response> {
  const json = method === "PUT" ? { json: {} } : {};
  return registry.send(method, `/registry/publishers/${membership}`, { ...json, scopes, subject });
}

async function publishersOf(remote: string): Promise<string[]> {
  const response = await registry.send("GET", `/registry/publishers/${remote}`);
  return ((await response.json()) as PublisherList).publishers.map(({ subject }) => subject);
}

it("SEC-53 a deploy token of one remote cannot publish another, even a release that the other's team signed", async () => {
  await registry.publish(createRelease("billing", "1.0.0-aaaaaa"));
  const next = createRelease("billing", "1.0.0-bbbbbb");
  for (const [hash, bytes] of next.blobs) await registry.send("PUT", `/blobs/${hash}`, { bytes });
  const refused = await registry.put(next.release, "deployer-of-another");
  expect(refused.status).toBe(403);
  expect(await refused.json()).toMatchObject({ code: "not_a_publisher" });
  expect((await registry.put(next.release)).status).toBe(201);
});

it("SEC-53 of two who publish a new name at once one gets it, and the other nothing", async () => {
  const { release, blobs } = createRelease("raced", "1.0.0-aaaaaa");
  await registry.delegate("raced");
  for (const [hash, bytes] of blobs) await registry.send("PUT", `/blobs/${hash}`, { bytes });
  const answers = await Promise.all(["one", "two"].map((subject) => registry.put(release, subject)));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 403]);
  expect(await publishersOf("raced")).toHaveLength(1);
});

it("whoever publishes a name first lets others in and out; nobody else does", async () => {
  await registry.publish(createRelease("shared", "1.0.0-aaaaaa"));
  expect((await change("PUT", "shared/ci-shared", "stranger")).status).toBe(403);
  expect((await change("PUT", "shared/ci-shared", "deployer")).status).toBe(200);
  expect(await publishersOf("shared")).toEqual(["deployer", "ci-shared"]);
  expect((await registry.put(createRelease("shared", "1.0.0-aaaaaa").release, "ci-shared")).status).toBe(200);
  expect((await change("DELETE", "shared/deployer", "ci-shared")).status).toBe(200);
  expect((await change("PUT", "shared/deployer", "deployer")).status).toBe(403);
});

it("the last publisher stays: the name would be anybody's", async () => {
  await registry.publish(createRelease("kept", "1.0.0-aaaaaa"));
  const refused = await change("DELETE", "kept/deployer", "deployer");
  expect(refused.status).toBe(409);
  expect(await refused.json()).toMatchObject({ code: "last_publisher" });
  expect((await change("DELETE", "kept/nobody", "deployer")).status).toBe(404);
});

it("SEC-53 two publishers who remove each other at once do not leave the name to anybody", async () => {
  await registry.publish(createRelease("feud", "1.0.0-aaaaaa"));
  await change("PUT", "feud/rival", "deployer");
  const admin: Scope[] = ["registry:publish", "registry:admin"];
  const answers = await Promise.all([
    change("DELETE", "feud/deployer", "rival", admin),
    change("DELETE", "feud/rival", "deployer", admin),
  ]);
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
  expect(await publishersOf("feud")).toHaveLength(1);
});

it("an administrator gives a name away before anything is published under it, and may change any", async () => {
  expect((await change("PUT", "reserved/ci-reserved", "deployer")).status).toBe(404);
  const admin: Scope[] = ["registry:publish", "registry:admin"];
  expect((await change("PUT", "reserved/ci-reserved", "ada", admin)).status).toBe(200);
  const { release, blobs } = createRelease("reserved", "1.0.0-aaaaaa");
  await registry.delegate("reserved");
  for (const [hash, bytes] of blobs) await registry.send("PUT", `/blobs/${hash}`, { bytes });
  expect((await registry.put(release, "squatter")).status).toBe(403);
  expect((await registry.put(release, "ci-reserved")).status).toBe(201);
});

it("S4.2 answers 401 without a token and 403 without the scope", async () => {
  expect((await registry.send("GET", "/registry/publishers/x", { scopes: null })).status).toBe(401);
  expect((await change("PUT", "x/y", "ada", ["registry:read"])).status).toBe(403);
  expect((await change("DELETE", "x/y", "ada", ["registry:read"])).status).toBe(403);
});
