import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startIdentity, type TestIdentity } from "../../test/identity.ts";

const file = fileURLToPath(new URL("../../../../docs/identity/protocol.md", import.meta.url));

/** The table of the section, as parameter and values. */
async function documented(): Promise<Record<string, string[]>> {
  const section = /^## Discovery\n(.*?)^## /ms.exec(await readFile(file, "utf8"))?.[1] ?? "";
  const rows = section.matchAll(/^\| `([\w-]+)` +\| (.+?) +\|$/gm);
  const table: Record<string, string[]> = {};
  for (const [, name = "", values = ""] of rows) {
    table[name] = [...values.matchAll(/`([^`]+)`/g)].map(([, value = ""]) => value);
  }
  return table;
}

describe("discovery", () => {
  let identity: TestIdentity;

  beforeAll(async () => {
    const client = (clientId: string, idTokenSignedResponseAlg: "RS256" | "EdDSA") => ({
      clientId,
      clientSecret: `${clientId}-secret-of-a-client-of-another-algorithm`,
      grantTypes: ["client_credentials" as const],
      idTokenSignedResponseAlg,
    });
    identity = await startIdentity({ extraClients: [client("rsa", "RS256"), client("ed", "EdDSA")] });
  });
  afterAll(async () => {
    await identity.close();
  });

  async function answered(path: string): Promise<Record<string, string[]>> {
    const metadata = (await (await fetch(`${identity.issuer}${path}`)).json()) as Record<string, unknown>;
    return Object.fromEntries(
      Object.entries(metadata).map(([name, value]) => [
        name,
        [value].flat().map((one) => String(one).replace(identity.issuer, "{issuer}")),
      ]),
    );
  }

  it("S3.1 answers what docs/identity/protocol.md says, at both addresses", async () => {
    const sorted = (table: Record<string, string[]>) =>
      Object.fromEntries(Object.entries(table).map(([name, values]) => [name, values.toSorted()]));
    const expected = sorted(await documented());
    // Keys of the clients' algorithms are made when they are registered.
    await expect
      .poll(async () => sorted(await answered("/.well-known/openid-configuration")), { timeout: 10_000 })
      .toEqual(expected);
    expect(sorted(await answered("/.well-known/oauth-authorization-server"))).toEqual(expected);
  });

  it("S3.8 says that keys and discovery may be cached for five minutes, and nothing else at all", async () => {
    for (const path of ["/.well-known/openid-configuration", "/jwks"]) {
      const { headers } = await fetch(`${identity.issuer}${path}`);
      expect(headers.get("cache-control"), path).toBe("public, max-age=300");
    }
    const page = await fetch(`${identity.issuer}/device`);
    expect(page.headers.get("cache-control")).toBe("no-store");
  });
});
