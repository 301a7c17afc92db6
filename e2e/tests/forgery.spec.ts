import { csrfHeader, paneHealthListSchema } from "@mullion/contracts";
import type { Platform } from "@mullion/local";
import type { Page } from "@playwright/test";
import type { JWK } from "jose";
import { evilScript, isAltered, watchLog } from "../src/altered-code.ts";
import { expect, test } from "../src/fixtures.ts";
import { publishVariant } from "../src/publish-variant.ts";
import {
  openRegistry,
  type Proof,
  type RegistryIntruder,
  signedByNobody,
  signedWith,
  withContent,
  withSignatureAltered,
} from "../src/registry-intruder.ts";

test.describe.configure({ mode: "serial" });

/** A version whose scripts show wherever they are evaluated; its files are where files belong. */
async function publishMarked(platform: Platform): Promise<string> {
  const edited = new Set<string>();
  const edit = (file: string, content: string): string => {
    const [kind] = /(chunks|ssr)\/(?=remoteEntry|__federation_expose)/.exec(file) ?? [];
    if (kind === undefined) return content;
    edited.add(kind);
    return evilScript + content;
  };
  const version = await publishVariant(platform, { remote: "analytics", edit });
  expect([...edited].toSorted(), "the browser's and the server's").toEqual(["chunks/", "ssr/"]);
  return version;
}

/** Files of remotes that the browser asks for. */
function watchFiles(page: Page): string[] {
  const asked: string[] = [];
  page.on("request", (request) => {
    if (request.url().includes("/artifacts/")) asked.push(request.url());
  });
  return asked;
}

/** Failures of a version that insights knows of. */
async function failuresOf(page: Page, version: string): Promise<number> {
  const response = await page.request.get("/api/bff/insights/panes?minutes=60&remote=analytics", {
    headers: { [csrfHeader]: "1" },
  });
  const { panes } = paneHealthListSchema.parse(await response.json());
  return panes.find((pane) => pane.version === version)?.failed ?? 0;
}

const forge = (content: string): string => content.replace('"label":"Analytics"', '"label":"Forged"');

/** What there is to forge with: what the team signed, and another team's key with what says that it may be used. */
interface Material {
  readonly signed: Proof;
  readonly ours: JWK;
  readonly theirs: JWK;
  readonly theirProof: Proof;
}

const byOtherTeam = ({ signed, theirs, theirProof }: Material): Promise<Proof> =>
  signedWith(theirs, theirProof.delegation, signed);

const forgeries: readonly [what: string, reason: string, make: (material: Material) => Promise<Proof>][] = [
  ["its manifest is altered", "signature_invalid", async ({ signed }) => withContent(signed, forge)],
  ["its signature is altered", "signature_invalid", async ({ signed }) => withSignatureAltered(signed)],
  ["the key of another team signed it", "remote_not_delegated", byOtherTeam],
  ["its key was delegated by another root key", "unknown_key", ({ signed }) => signedByNobody(signed)],
];

// Somebody has the registry's database.
let registry: RegistryIntruder;
let before: string;

/** Puts a marked version live, with what `make` vouches for it with. Nobody has asked for it yet. */
const place = async (platform: Platform, make: (material: Material) => Promise<Proof>): Promise<string> => {
  const version = await publishMarked(platform);
  const [signed, theirProof, ours, theirs] = await Promise.all([
    registry.proofOf("analytics", version),
    registry.proofOf("dashboard"),
    platform.signingKeyOf("analytics"),
    platform.signingKeyOf("dashboard"),
  ]);
  await registry.place("analytics", version, await make({ signed, ours, theirs, theirProof }));
  return version;
};

test.beforeAll(async ({ platform }) => {
  registry = openRegistry(platform);
  before = await registry.liveVersion("analytics");
});
test.beforeEach(async ({ shell, account }) => {
  await shell.signIn(account("admin"));
});
test.afterEach(async () => {
  await registry.show("analytics", before);
});
test.afterAll(async () => {
  await registry.close();
});

for (const [what, reason, make] of forgeries) {
  test(`SEC-52 a version is not evaluated when ${what}: page 200, the pane falls back to the last good version, an alert is recorded`, async ({
    shell,
    page,
    platform,
  }) => {
    const log = await watchLog(platform);
    const files = watchFiles(page);
    const version = await place(platform, make);
    await expect.poll(log).toMatch(new RegExp(`"version_refused".*"${reason}".*"${version}"`));
    const response = await page.goto("/analytics");
    expect(response?.status()).toBe(200);
    expect(await response?.text()).toContain(`analytics@${before}`);
    await expect(shell.heading("Analytics")).toBeVisible();
    await shell.hydrated();
    await expect(shell.navigation.getByRole("link", { name: "Forged" })).toHaveCount(0);
    expect(await isAltered(page)).toBe(false);
    expect(files.filter((url) => url.includes(version))).toEqual([]);
    expect(await log()).not.toContain("ALTERED");
    await expect.poll(async () => failuresOf(page, version)).toBe(1);
  });
}

test("SEC-52 a front that starts while a forged version is live shows nothing of the remote, and the others", async ({
  shell,
  page,
  platform,
}) => {
  const version = await place(platform, byOtherTeam);
  const log = await watchLog(platform);
  await platform.process("shell").restart();
  const response = await page.goto("/analytics");
  expect(response?.status()).toBe(404);
  await expect(shell.navigation.getByRole("link", { name: "Dashboard" })).toBeVisible();
  await expect(shell.navigation.getByRole("link", { name: "Analytics" })).toHaveCount(0);
  expect(await isAltered(page)).toBe(false);
  expect(await log()).toMatch(new RegExp(`"version_refused".*"remote_not_delegated".*"${version}"`));
  expect(await log()).not.toContain("ALTERED");
});

test("the same version is evaluated everywhere when its own team's key signed it: the tests above would see it", async ({
  shell,
  page,
  platform,
}) => {
  const log = await watchLog(platform);
  const files = watchFiles(page);
  const version = await place(platform, ({ signed, ours }) =>
    signedWith(ours, signed.delegation, signed, forge),
  );
  await expect.poll(log).toMatch(new RegExp(`"analytics":"${version}"`));
  await page.goto("/analytics");
  await expect(shell.navigation.getByRole("link", { name: "Forged" })).toBeVisible();
  await expect.poll(() => isAltered(page)).toBe(true);
  expect(files.filter((url) => url.includes(version))).not.toEqual([]);
  await expect.poll(log).toContain("ALTERED");
});
