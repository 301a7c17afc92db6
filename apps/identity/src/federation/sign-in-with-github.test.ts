import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Browser } from "../../test/browser.ts";
import { startIdentity } from "../../test/identity.ts";
import { RelyingParty } from "../../test/relying-party.ts";
import { type FederatedIdentity, signInWith, startFederatedIdentity } from "../../test/upstream-journey.ts";
import { findUser } from "../users/user-store.ts";

describe("signing in with GitHub", () => {
  let all: FederatedIdentity;
  let id = 1000;

  beforeAll(async () => {
    all = await startFederatedIdentity();
  });
  beforeEach(() => {
    id += 1;
    const email = `octocat-${String(id)}@example.test`;
    all.github.trouble = "none";
    all.github.account = {
      id,
      login: "octocat",
      name: null,
      emails: [
        { email: `old-${String(id)}@example.test`, primary: false, verified: true },
        { email, primary: true, verified: true },
      ],
    };
  });
  afterAll(async () => {
    await all.close();
  });

  const setEmails = (...emails: FederatedIdentity["github"]["account"]["emails"]): void => {
    all.github.account.emails = emails;
  };

  it("S3.4 provisions with the primary verified address, whatever others there are", async () => {
    const { userId } = await signInWith(all, "github");
    expect(await findUser(all.identity.pool, userId ?? "")).toMatchObject({
      email: `octocat-${String(id)}@example.test`,
      emailVerified: true,
      name: "octocat",
    });
    expect(all.github.asked.at(-1)?.get("code_challenge_method")).toBe("S256");
  });

  it("S3.4 links no account by a secondary address, verified as it may be", async () => {
    const victim = await all.identity.addUser(`old-${String(id)}@example.test`, ["admin"]);
    const { userId } = await signInWith(all, "github");
    expect(userId).toBeDefined();
    expect(userId).not.toBe(victim);
  });

  it("S3.4 links and creates nothing while the primary address is not verified", async () => {
    const email = `octocat-${String(id)}@example.test`;
    await all.identity.addUser(email, ["member"]);
    setEmails(
      { email, primary: true, verified: false },
      { email: `old-${String(id)}@example.test`, primary: false, verified: true },
    );
    const { status, page, userId } = await signInWith(all, "github");
    expect(userId).toBeUndefined();
    expect(status).toBe(403);
    expect(page).toContain(`GitHub has not verified that ${email} is yours.`);
  });

  it("S3.4 the number is the key: a login that somebody else took over is somebody else", async () => {
    const { userId } = await signInWith(all, "github");
    id += 1;
    all.github.account = { ...all.github.account, id };
    setEmails({ email: `new-owner-${String(id)}@example.test`, primary: true, verified: true });
    const other = await signInWith(all, "github");
    expect(other.userId).toBeDefined();
    expect(other.userId).not.toBe(userId);
  });

  it.each([
    ["denied", 403, "You did not sign in with GitHub."],
    ["bad_verification_code", 400, "Signing in with GitHub did not work."],
    ["incorrect_client_credentials", 400, "Signing in with GitHub did not work."],
    ["no_scope", 400, "Signing in with GitHub did not work."],
    ["api_down", 503, "GitHub cannot be reached right now."],
  ] as const)("explains %s on the sign-in page", async (trouble, status, text) => {
    all.github.trouble = trouble;
    const arrival = await signInWith(all, "github");
    expect(arrival.userId).toBeUndefined();
    expect(arrival.status).toBe(status);
    expect(arrival.page).toContain(text);
  });

  it("tells the reason of a failure to the audit log, and neither code nor token", async () => {
    all.github.trouble = "bad_verification_code";
    await signInWith(all, "github");
    const { rows } = await all.identity.pool.query<{ details: unknown }>(
      "select details from audit_log where action = 'signin.failure' order by id desc limit 1",
    );
    expect(rows).toEqual([{ details: { upstream: "github", code: "invalid" } }]);
  });
});

describe("the sign-in page", () => {
  it("offers the providers that are configured, and no others", async () => {
    const federated = await startFederatedIdentity();
    const plain = await startIdentity();
    try {
      const pageOf = async (shell: RelyingParty): Promise<string> => {
        const { response } = await new Browser().follow((await shell.authorization()).url);
        return response.text();
      };
      const withBoth = await pageOf(federated.shell);
      expect(withBoth).toMatch(
        /<a [^>]*href="\/interaction\/[\w-]+\/federation\/google">Continue with Google<\/a>/,
      );
      expect(withBoth).toContain("Continue with GitHub");
      expect(await pageOf(await RelyingParty.discover(plain))).not.toContain("Continue with");
    } finally {
      await federated.close();
      await plain.close();
    }
  });
});
