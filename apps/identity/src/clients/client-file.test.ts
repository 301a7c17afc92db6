import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readClientFile } from "./client-file.ts";

const secret = randomBytes(32).toString("base64url");
const client = { clientId: "mullion-deploy", clientSecret: secret, grantTypes: ["client_credentials"] };

describe("the client file", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "mullion-clients-"));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  async function read(content: string) {
    const file = join(folder, "clients.json");
    await writeFile(file, content);
    return readClientFile(file);
  }

  it("is read with safe defaults: no address, no origin, no scopes, not first-party", async () => {
    expect(await read(JSON.stringify({ clients: [client] }))).toEqual([
      {
        ...client,
        applicationType: "web",
        tokenEndpointAuthMethod: "client_secret_basic",
        redirectUris: [],
        postLogoutRedirectUris: [],
        scopes: [],
        accessTokenFormat: "jwt",
        idTokenSignedResponseAlg: "ES256",
        origins: [],
        firstParty: false,
        firstPartyApi: false,
        dpopBoundAccessTokens: false,
        requirePushedAuthorizationRequests: false,
        requirePkce: true,
      },
    ]);
  });

  it.each([
    ["a short secret", { clients: [{ ...client, clientSecret: "short-secret" }] }, "clientSecret"],
    ["an unknown scope", { clients: [{ ...client, scopes: ["everything"] }] }, "scopes"],
    ["an unknown field", { clients: [{ ...client, redirectUri: "x" }] }, "redirectUri"],
    ["the same client twice", { clients: [client, client] }, "listed once"],
    ["a placeholder", { clients: [{ ...client, clientSecret: `change-me-${secret}` }] }, "placeholder"],
    [
      "a secret that repeats itself",
      { clients: [{ ...client, clientSecret: "ab".repeat(20) }] },
      "repeats itself",
    ],
    ["one secret for two clients", { clients: [client, { ...client, clientId: "other" }] }, "two secrets"],
    [
      "a previous secret that is the present one",
      { clients: [{ ...client, previousClientSecret: secret }] },
      "two secrets",
    ],
  ])("is refused with %s", async (_what, content, where) => {
    await expect(read(JSON.stringify(content))).rejects.toThrow(where);
  });

  it("never repeats a secret in an error", async () => {
    await expect(read(`{"clients": [{"clientSecret": "${secret}" oops`)).rejects.toThrow(
      expect.objectContaining({ message: expect.not.stringContaining(secret) as string }) as Error,
    );
  });
});
