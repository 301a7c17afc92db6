import { describe, expect, it, vi } from "vitest";
import { artifactBasesOf, readEnv, registryOf } from "./env.ts";

const common = {
  PORT: "3000",
  SHELL_ORIGIN: "http://localhost:3000",
  NEXTAUTH_SECRET: "x".repeat(32),
  SESSION_KEYS: `k:${Buffer.alloc(32, 1).toString("base64")}`,
  REDIS_URL: "redis://localhost:6379",
  GATEWAY_URL: "http://localhost:4100",
};
const rootKey = { kty: "OKP", crv: "Ed25519", x: "A".repeat(43) };
const registry = {
  ISSUER: "http://localhost:4000",
  CLIENT_ID: "mullion-shell",
  CLIENT_SECRET: "x".repeat(32),
  REGISTRY_URL: "http://localhost:4300",
  API_AUDIENCE: "urn:mullion:api",
  RELEASE_ROOT_KEYS: JSON.stringify({ keys: [rootKey] }),
};
const oidc = { ...common, ...registry };
const credentials = { ...common, SIGN_IN: "credentials", CREDENTIALS_URL: "http://localhost:8000" };

type Variables = Readonly<Record<string, string | undefined>>;

function read(variables: Variables): ReturnType<typeof readEnv> {
  // It is set by reading, and taken back after the test.
  vi.stubEnv("NEXTAUTH_URL", "");
  return readEnv(variables as NodeJS.ProcessEnv);
}

function refusal(variables: Variables): string {
  const lines: string[] = [];
  vi.spyOn(process.stderr, "write").mockImplementation((line) => lines.push(String(line)) > 0);
  vi.spyOn(process, "exit").mockImplementation((code) => {
    throw new Error(`exit ${String(code)}`);
  });
  expect(() => read(variables)).toThrow("exit 1");
  return lines.join("");
}

describe("the environment of the front", () => {
  it.each(Object.keys(oidc))("does not start without %s at an authorization server", (name) => {
    expect(refusal({ ...oidc, [name]: undefined })).toBe(`${name} is not set\n`);
  });

  it.each(Object.keys({ ...common, CREDENTIALS_URL: "" }))(
    "does not start without %s at a credentials backend",
    (name) => {
      expect(refusal({ ...credentials, [name]: undefined })).toBe(`${name} is not set\n`);
    },
  );

  it("needs no authorization server for a credentials backend, and then has no registry", () => {
    const env = read(credentials);
    expect(env).toMatchObject({ SIGN_IN: "credentials", CREDENTIALS_URL: "http://localhost:8000" });
    expect(registryOf(env)).toBeNull();
    expect(registryOf(read({ ...credentials, ...registry }))).toEqual({
      ...registry,
      RELEASE_ROOT_KEYS: [rootKey],
    });
    expect(read(oidc).SIGN_IN).toBe("oidc");
  });

  it("takes files of remotes from the registry, unless told from where", () => {
    expect(artifactBasesOf(read(oidc))).toEqual(["http://localhost:4300/artifacts/"]);
    const ARTIFACT_BASES = "https://files.test/a/, https://b.test";
    expect(refusal({ ...oidc, ARTIFACT_BASES })).toContain("ARTIFACT_BASES");
    expect(artifactBasesOf(read({ ...oidc, ARTIFACT_BASES: `${ARTIFACT_BASES}/` }))).toEqual([
      "https://files.test/a/",
      "https://b.test/",
    ]);
    expect(artifactBasesOf(read(credentials))).toEqual([]);
  });

  it.each([
    "https://a;x/",
    "https://a.test/'none'/",
    "https://a.test/?x/",
    "file:///",
    "https://*.test/",
    "https://a b/",
  ])("SEC-54 takes no artifact host that would change a page's policy: %s", (base) => {
    expect(refusal({ ...oidc, ARTIFACT_BASES: base })).toContain("ARTIFACT_BASES");
    expect(refusal({ ...oidc, ARTIFACT_MIRRORS: base })).toContain("ARTIFACT_MIRRORS");
  });

  it.each(["ISSUER", "CLIENT_ID", "CLIENT_SECRET", "API_AUDIENCE"])(
    "a registry beside a credentials backend is not read without %s",
    (name) => {
      expect(refusal({ ...credentials, ...registry, [name]: undefined })).toBe(`${name} is not set\n`);
    },
  );

  it.each([
    [{ ...oidc, SIGN_IN: "ldap" }, "SIGN_IN is not valid"],
    [{ ...credentials, CREDENTIALS_URL: "file:///etc/passwd" }, "CREDENTIALS_URL is not valid"],
    [{ ...credentials, SHELL_ORIGIN: "http://app.example.com" }, "SHELL_ORIGIN is not valid: must be https"],
  ])("does not start on a wrong value, and says which (%#)", (variables, message) => {
    expect(refusal(variables)).toContain(message);
  });
});
