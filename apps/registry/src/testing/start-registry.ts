import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { apiAudience, type Release, type Scope } from "@mullion/contracts";
import { runMigrations } from "@mullion/postgres";
import { createSigningKey } from "@mullion/release-signing";
import { createTestDatabase, createTestIssuer, type TestIssuer } from "@mullion/testing";
import type { FastifyInstance } from "fastify";
import pg from "pg";
import type { StoreSettings } from "../artifacts/store-settings.ts";
import { signingKeySchema } from "../overrides/signing-key.ts";
import { createRegistry } from "../server.ts";
import type { TestRelease } from "./release.ts";
import { createTrust, type Trust } from "./trust.ts";

/** A listening registry, a client that speaks to it over HTTP, and what lies under it. */
export interface TestRegistry extends TestInstance {
  readonly issuer: TestIssuer;
  readonly connectionString: string;
  /** A connection to its database, for what no route tells or allows. */
  readonly database: pg.Client;
  readonly artifactsDir: string;
  /** Requests with a token of these scopes; `scopes` null sends none. */
  send(method: string, path: string, options?: SendOptions): Promise<Response>;
  /** The keys of its platform. */
  readonly trust: Trust;
  /** Makes the key of the remote's team known, uploads the files of a release, signs and publishes it. */
  publish(release: TestRelease): Promise<Response>;
  /** Publishes a release whose files are there and whose key is known; `subject` as in `send`. */
  put(release: Release, subject?: string): Promise<Response>;
  /** Makes the key of the remote's team known. */
  delegate(remote: string): Promise<Response>;
  promote(release: Pick<TestRelease, "release">, channel?: string): Promise<Response>;
  /** One more instance on the same database and folder; `databaseUrl` may lead there another way. */
  startInstance(databaseUrl?: string): Promise<TestInstance>;
}

export interface TestInstance {
  readonly url: string;
  /** How many requests handlers are working on, or waiting in, just now. */
  pending(): number;
  close(): Promise<void>;
}

interface SendOptions {
  readonly json?: unknown;
  readonly bytes?: Uint8Array<ArrayBuffer>;
  readonly scopes?: readonly Scope[] | null;
  /** Whose token; `deployer` when not given. */
  readonly subject?: string;
  readonly at?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

const migrations = fileURLToPath(new URL("../../migrations", import.meta.url));
const everyScope = ["registry:publish", "registry:read"] as const;

/** Starts a registry on a database of its own, with its artifacts in a folder of its own unless they go elsewhere, and no insights unless told where. */
export async function startRegistry(
  artifacts?: StoreSettings,
  insightsUrl = "http://127.0.0.1:9",
): Promise<TestRegistry> {
  const { connectionString, drop } = await createTestDatabase();
  await runMigrations({ connectionString, dir: migrations });
  const database = new pg.Client({ connectionString });
  await database.connect();
  const issuer = await createTestIssuer();
  const artifactsDir = await mkdtemp(path.join(tmpdir(), "mullion-registry-"));
  const instances: FastifyInstance[] = [];
  const trust = await createTrust();
  const overrideKey = signingKeySchema.parse(JSON.stringify(await createSigningKey("ES256")));

  async function startInstance(databaseUrl = connectionString): Promise<TestInstance> {
    const app = await createRegistry({
      DATABASE_URL: databaseUrl,
      ISSUER: issuer.url,
      API_AUDIENCE: apiAudience,
      artifacts: artifacts ?? { folder: artifactsDir },
      PUBLIC_URL: "http://registry.test",
      OVERRIDE_SIGNING_KEY: overrideKey,
      RELEASE_ROOT_KEYS: trust.rootKeys,
      MAX_ENTRY_BYTES: 20_000,
      MAX_FIRST_PAINT_BYTES: 40_000,
      INSIGHTS_URL: insightsUrl,
      CLIENT_ID: "mullion-registry",
      CLIENT_SECRET: "not-checked-here",
      LOG_LEVEL: "silent",
      guardIntervalMs: 50,
    });
    instances.push(app);
    let pending = 0;
    app.addHook("preHandler", async () => {
      pending += 1;
    });
    app.addHook("onResponse", async () => {
      pending -= 1;
    });
    const url = await app.listen({ host: "127.0.0.1", port: 0 });
    return { url, pending: () => pending, close: () => app.close() };
  }

  const { url, pending } = await startInstance();

  async function send(method: string, target: string, options: SendOptions = {}): Promise<Response> {
    const { json, bytes, scopes = everyScope, subject = "deployer", at = url, headers, signal } = options;
    const token = scopes === null ? undefined : await issuer.sign({ sub: subject, scope: scopes.join(" ") });
    const body = bytes ?? (json === undefined ? undefined : JSON.stringify(json));
    return fetch(`${at}${target}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(bytes === undefined ? {} : { "content-type": "application/octet-stream" }),
        ...(json === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  const delegate = async (remote: string): Promise<Response> => {
    const json = { delegation: await trust.delegate(remote) };
    return send("PUT", "/registry/keys", { json, scopes: ["registry:admin"], subject: "operator" });
  };
  const put = async (release: Release, subject?: string): Promise<Response> =>
    send("PUT", `/remotes/${release.remote}/versions/${release.version}`, {
      json: await trust.sign(release),
      ...(subject === undefined ? {} : { subject }),
    });

  return {
    url,
    pending,
    trust,
    delegate,
    put,
    issuer,
    connectionString,
    database,
    artifactsDir,
    send,
    startInstance,
    async publish({ release, blobs }) {
      await delegate(release.remote);
      for (const [hash, bytes] of blobs) await send("PUT", `/blobs/${hash}`, { bytes });
      return put(release);
    },
    promote: ({ release }, channel = "production") =>
      send("PUT", `/registry/rollouts/${channel}/${release.remote}/stable`, {
        json: { version: release.version },
      }),
    async close() {
      await Promise.all(instances.map((app) => app.close()));
      await database.end();
      await Promise.all([issuer.close(), drop(), rm(artifactsDir, { recursive: true })]);
    },
  };
}
