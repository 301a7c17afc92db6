import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { inspect, promisify } from "node:util";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { freshLogin } from "./access-token.ts";
import { changeLogin, credentialsFile, type Login, readLogin } from "./credentials-file.ts";
import { signIn, type Verification } from "./sign-in.ts";
import { signOut } from "./sign-out.ts";
import { startDeviceIssuer, type TestDeviceIssuer } from "./test-device-issuer.ts";

const program = path.resolve(import.meta.dirname, "../../bin/mullion.ts");
const run = promisify(execFile);

let issuer: TestDeviceIssuer;
let config: string;

beforeEach(async () => {
  issuer = await startDeviceIssuer();
  config = await mkdtemp(path.join(tmpdir(), "mullion-config-"));
  vi.stubEnv("XDG_CONFIG_HOME", config);
});

afterEach(async () => {
  await issuer.close();
  await rm(config, { recursive: true });
});

/** Signs somebody in, and makes it long ago. */
async function signInLongAgo(): Promise<Login> {
  issuer.decide("allow");
  await signIn(issuer.url, () => undefined);
  return changeLogin(issuer.url, async (login) => {
    if (login === undefined) throw new Error("nobody was signed in");
    return { ...login, expiresAt: 0 };
  });
}

it("S3.2 shows where to go and waits until the person has decided", async () => {
  let shown: Verification | undefined;
  const login = await signIn(issuer.url, (verification) => {
    shown = verification;
    issuer.decide("allow");
  });
  expect(shown).toMatchObject({ url: `${issuer.url}/device`, userCode: "BCDF-GHJK", expiresInSeconds: 600 });
  expect(login.user).toEqual({ id: "user-1", name: "Ada", email: "ada@mullion.test", roles: ["developer"] });
  expect(await readLogin(issuer.url)).toEqual(login);
});

it("says so when the person turns it down, and keeps nothing", async () => {
  const refused = signIn(issuer.url, () => {
    issuer.decide("deny");
  });
  await expect(refused).rejects.toMatchObject({ code: "sign_in_refused", exitCode: 3 });
  expect(await readLogin(issuer.url)).toBeUndefined();
});

it("keeps sign-ins where only this user reads them, leaving nothing else there", async () => {
  await signInLongAgo();
  const file = credentialsFile();
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await stat(path.dirname(file))).mode & 0o777).toBe(0o700);
  expect(await readdir(path.dirname(file))).toEqual(["credentials.json"]);
});

it("refreshes once for processes that run at the same time", async () => {
  await signInLongAgo();
  const args = [program, "whoami", "--json", "--issuer", issuer.url, "--registry", issuer.url];
  const runs = Array.from({ length: 4 }, () =>
    run(process.execPath, args, { env: { XDG_CONFIG_HOME: config } }),
  );
  for (const { stdout } of await Promise.all(runs)) {
    expect(JSON.parse(stdout)).toMatchObject({ user: { email: "ada@mullion.test" } });
  }
  expect(issuer.refreshes).toBe(1);
});

it("goes on after a process was killed while it refreshed", async () => {
  await signInLongAgo();
  // No process has this pid: Linux counts to 2^22 at most.
  await writeFile(`${credentialsFile()}.lock`, "99999999");
  await expect(freshLogin(issuer.url)).resolves.toMatchObject({ user: { name: "Ada" } });
});

it("keeps the sign-in while the issuer is away, and uses it afterwards", async () => {
  await signInLongAgo();
  issuer.setDown(true);
  await expect(freshLogin(issuer.url)).rejects.toMatchObject({ code: "unreachable", exitCode: 3 });
  issuer.setDown(false);
  await expect(freshLogin(issuer.url)).resolves.toMatchObject({ user: { name: "Ada" } });
});

it("forgets a sign-in that was ended elsewhere, and says how to sign in again", async () => {
  await signInLongAgo();
  issuer.endSignIns();
  await expect(freshLogin(issuer.url)).rejects.toMatchObject({
    code: "not_signed_in",
    exitCode: 3,
    hint: expect.stringContaining("mullion login") as string,
  });
  expect(await readLogin(issuer.url)).toBeUndefined();
});

it("signs out at the issuer and here; here even when the issuer is away", async () => {
  const { refreshToken } = await signInLongAgo();
  expect(await signOut(issuer.url)).toBe("revoked");
  expect(issuer.revoked).toEqual([refreshToken]);
  await signInLongAgo();
  issuer.setDown(true);
  expect(await signOut(issuer.url)).toBe("forgotten");
  expect(await readLogin(issuer.url)).toBeUndefined();
  expect(await signOut(issuer.url)).toBe("absent");
});

it("SEC-23 no failure repeats what the file holds", async () => {
  await signInLongAgo();
  issuer.setDown(true);
  const unreachable = await freshLogin(issuer.url).catch((error: unknown) => error);
  const file = credentialsFile();
  await writeFile(file, (await readFile(file, "utf8")).slice(0, -9));
  const invalid = await readLogin(issuer.url).catch((error: unknown) => error);
  expect(invalid).toMatchObject({ code: "credentials_invalid", exitCode: 2 });
  for (const failure of [unreachable, invalid]) {
    expect(failure).toBeInstanceOf(Error);
    expect(inspect(failure, { depth: 9 })).not.toContain("refresh-canary");
  }
});

it("sends no token over plain http to another machine", async () => {
  await expect(signIn("http://identity.example", () => undefined)).rejects.toMatchObject({ code: "usage" });
});
