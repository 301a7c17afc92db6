import { fileURLToPath } from "node:url";
import { createPool, type Pool, runMigrations } from "@mullion/postgres";
import { createTestDatabase, type TestDatabase } from "@mullion/testing";
import Provider from "oidc-provider";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createSigningKey } from "../keys/signing-key.ts";
import { createClientRegistry } from "./client-registry.ts";
import { insertClient } from "./client-store.ts";
import { registerClient } from "./registered-client.ts";
import { syncClientFile } from "./sync-client-file.ts";

const robot = (clientId: string, clientSecret = `${clientId}-secret-of-more-than-32-characters`) =>
  registerClient({ clientId, clientSecret, grantTypes: ["client_credentials"] });

describe("clients of the file at a start", () => {
  let database: TestDatabase;
  let pool: Pool;
  let provider: Provider;

  beforeAll(async () => {
    database = await createTestDatabase();
    const dir = fileURLToPath(new URL("../../migrations", import.meta.url));
    await runMigrations({ connectionString: database.connectionString, dir });
    pool = createPool({ connectionString: database.connectionString });
    provider = new Provider("http://localhost", {
      jwks: { keys: [await createSigningKey("ES256")] },
      enabledJWA: { idTokenSigningAlgValues: ["ES256"] },
      clientDefaults: { id_token_signed_response_alg: "ES256" },
      features: { clientCredentials: { enabled: true } },
    });
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });
  beforeEach(async () => {
    await pool.query("delete from clients");
  });

  const sync = (...clients: ReturnType<typeof robot>[]) => syncClientFile(pool, clients, provider);
  const found = async (clientId: string): Promise<boolean> =>
    (await createClientRegistry(pool, () => false).find(clientId)) !== undefined;

  it("S3.6 those that are new or changed are written, the others are not touched", async () => {
    expect(await sync(robot("a"), robot("b"))).toEqual({ changed: ["a", "b"], disabled: [] });
    expect(await sync(robot("a"), robot("b"))).toEqual({ changed: [], disabled: [] });
    const other = robot("b", "another-secret-of-more-than-32-characters");
    expect(await sync(robot("a"), other)).toEqual({ changed: ["b"], disabled: [] });
  });

  it("one that left the file is nobody's any more, and is back when the file lists it again", async () => {
    await sync(robot("a"), robot("b"));
    expect(await sync(robot("a"))).toEqual({ changed: [], disabled: ["b"] });
    expect(await found("b")).toBe(false);
    expect(await sync(robot("a"), robot("b"))).toEqual({ changed: ["b"], disabled: [] });
    expect(await found("b")).toBe(true);
  });

  it("those of the admin API stay, but one whose id the file lists becomes the file's", async () => {
    await insertClient(pool, robot("mine"), "hash");
    await insertClient(pool, robot("theirs"), "hash");
    expect(await sync(robot("mine"))).toEqual({ changed: ["mine"], disabled: [] });
    const { rows } = await pool.query("select client_id, source from clients order by client_id");
    expect(rows).toEqual([
      { client_id: "mine", source: "file" },
      { client_id: "theirs", source: "api" },
    ]);
    expect(await found("theirs")).toBe(true);
  });

  it("nothing is written when the library would not take one of them", async () => {
    const unsupported = registerClient({
      clientId: "device",
      tokenEndpointAuthMethod: "none",
      grantTypes: ["urn:ietf:params:oauth:grant-type:device_code"],
    });
    await expect(sync(robot("a"), unsupported)).rejects.toThrow(/Client device: grant_types/);
    expect(await found("a")).toBe(false);
  });

  it("several instances that start together leave one and the same register", async () => {
    const results = await Promise.all(Array.from({ length: 4 }, () => sync(robot("a"), robot("b"))));
    expect(results.flatMap(({ changed }) => changed).sort()).toEqual(["a", "b"]);
  });
});
