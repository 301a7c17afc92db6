import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { inheritedEnvironment, readSettings } from "./env.ts";
import { checkPortsAreFree, portsFrom } from "./ports.ts";
import { readOrCreateSecrets } from "./secrets.ts";

describe("settings", () => {
  it("start at port 3000 unless told, and an empty variable is one that is not set", () => {
    expect(readSettings({ PATH: "/bin" })).toEqual({ PATH: "/bin", MULLION_PORT_BASE: 3000 });
    expect(readSettings({ PATH: "/bin", DATABASE_URL: "" })).not.toHaveProperty("DATABASE_URL");
  });

  it.each([
    ["MULLION_PORT_BASE", "80"],
    ["MULLION_PORT_BASE", "many"],
    ["DATABASE_URL", "mysql://localhost/db"],
    ["REDIS_URL", "localhost:6379"],
  ])("name %s when it is %s", (name, value) => {
    expect(() => readSettings({ PATH: "/bin", [name]: value })).toThrow(name);
  });

  it("of the person's shell do not leak into the platform's processes", () => {
    const env = {
      PATH: "/bin",
      HOME: "/home/me",
      AWS_SECRET_ACCESS_KEY: "secret",
      NODE_OPTIONS: "--inspect",
    };
    expect(inheritedEnvironment(env)).toEqual({ PATH: "/bin", HOME: "/home/me" });
  });
});

describe("ports", () => {
  it("move together with the base", () => {
    expect(portsFrom(3000)).toMatchObject({ shell: 3000, identity: 4000, gateway: 4100, registry: 4300 });
    expect(portsFrom(13_000)).toMatchObject({ shell: 13_000, redis: 14_410 });
  });

  it.each(["127.0.0.1", "0.0.0.0", "::1"])(
    "taken on %s are named with their use and the way out",
    async (host) => {
      const stranger = createServer();
      await new Promise<void>((resolve) => stranger.listen(0, host, resolve));
      onTestFinished(() => void stranger.close());
      const address = stranger.address();
      if (address === null || typeof address === "string") throw new Error("no port");
      const ports = { ...portsFrom(3000), gateway: address.port };
      await expect(checkPortsAreFree(ports, ["gateway"])).rejects.toMatchObject({
        code: "port_taken",
        message: expect.stringMatching(
          `Port ${address.port}, needed for gateway.*\n.*MULLION_PORT_BASE`,
        ) as unknown,
      });
    },
  );
});

describe("secrets", () => {
  it("are generated once, readable by their owner only, and completed when a new one is needed", async () => {
    const folder = await mkdtemp(join(tmpdir(), "mullion-secrets-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, "data/secrets.json");
    const first = await readOrCreateSecrets(file);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readOrCreateSecrets(file)).toEqual(first);
    expect(new Set(Object.values(first)).size).toBe(Object.keys(first).length);

    const { deployClient, ...older } = JSON.parse(await readFile(file, "utf8")) as Record<string, string>;
    await writeFile(file, JSON.stringify(older));
    const completed = await readOrCreateSecrets(file);
    expect(completed).toMatchObject(older);
    expect(completed.deployClient).not.toBe(deployClient);
  });
});
