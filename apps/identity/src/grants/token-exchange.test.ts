import { createVerifier } from "@mullion/access-token";
import { apiAudience, identityAudience } from "@mullion/contracts";
import { tokenExchangeGrant } from "@mullion/contracts/identity-clients";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clients, startIdentity, type TestIdentity } from "../../test/identity.ts";
import { decodeClaims, everyApiScope, RelyingParty, signIn } from "../../test/relying-party.ts";
import { setRoles } from "../users/user-store.ts";

const member = "member@mullion.test";
const accessToken = "urn:ietf:params:oauth:token-type:access_token";

const service = (clientId: string, subjectClients: string[], audiences = [apiAudience]) => ({
  clientId,
  clientSecret: `${clientId}-secret-${clientId}-secret-secret`,
  grantTypes: ["client_credentials", tokenExchangeGrant] as const satisfies string[],
  tokenExchange: { audiences, subjectClients },
});
const worker = service("worker", ["mullion-shell"]);
const mailer = service("mailer", ["worker", "mailer"]);
const opaque = { ...service("opaque", ["mullion-shell"]), accessTokenFormat: "opaque" as const };

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

describe("token exchange", () => {
  let identity: TestIdentity;
  let shell: RelyingParty;
  let gateway: RelyingParty;
  let memberId: string;

  beforeAll(async () => {
    identity = await startIdentity({ extraClients: [worker, mailer, opaque] });
    shell = await RelyingParty.discover(identity);
    gateway = await RelyingParty.discover(identity, clients.gateway);
    memberId = await identity.addUser(member, ["member"]);
  });
  afterAll(async () => {
    await identity.close();
  });

  async function exchange(
    client: { clientId: string; clientSecret: string },
    subject: string,
    extra: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const response = await fetch(`${identity.issuer}/token`, {
      method: "POST",
      headers: { authorization: `Basic ${btoa(`${client.clientId}:${client.clientSecret}`)}` },
      body: new URLSearchParams({
        grant_type: tokenExchangeGrant,
        subject_token: subject,
        subject_token_type: accessToken,
        ...extra,
      }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  const tokenOf = ({ body }: Answer): string => String(body["access_token"]);

  it("S3.2 a service gets a token of its own to act for the user, which says who acts and that nobody lasts longer", async () => {
    const subject = await signIn(shell, member);
    const answer = await exchange(worker, subject.access_token, { scope: "profile:read" });
    expect(answer).toMatchObject({
      status: 200,
      body: { issued_token_type: accessToken, token_type: "Bearer", scope: "profile:read" },
    });
    expect(answer.body).not.toHaveProperty("refresh_token");
    expect(answer.body).not.toHaveProperty("id_token");
    const claims = await createVerifier({ issuer: identity.issuer, audience: apiAudience }).verify(
      tokenOf(answer),
    );
    expect(claims).toMatchObject({
      sub: memberId,
      client_id: "worker",
      act: { sub: "worker" },
      scope: "profile:read",
      roles: ["member"],
      sid: decodeClaims(subject.access_token)["sid"],
    });
    expect(claims.exp).toBeLessThanOrEqual(Number(decodeClaims(subject.access_token)["exp"]));
    const { rows } = await identity.pool.query(
      "select user_id, client_id, details from audit_log where action = 'token.token_exchange' order by id desc limit 1",
    );
    expect(rows[0]).toMatchObject({
      user_id: memberId,
      client_id: "worker",
      details: { subjectClient: "mullion-shell", act: { sub: "worker" }, scope: "profile:read" },
    });
  });

  it("S3.2 a chain of services is named from the last to the first", async () => {
    const { access_token } = await signIn(shell, member);
    const first = await exchange(worker, access_token);
    const second = await exchange(mailer, tokenOf(first));
    expect(decodeClaims(tokenOf(second))).toMatchObject({
      sub: memberId,
      client_id: "mailer",
      act: { sub: "mailer", act: { sub: "worker" } },
    });
    expect(await gateway.introspect(tokenOf(second))).toMatchObject({
      active: true,
      act: { sub: "mailer", act: { sub: "worker" } },
    });
  });

  it("a chain has an end", async () => {
    let token = tokenOf(await exchange(worker, (await signIn(shell, member)).access_token));
    for (let actors = 1; actors < 5; actors += 1) token = tokenOf(await exchange(mailer, token));
    expect(await exchange(mailer, token)).toMatchObject({ status: 400, body: { error: "invalid_request" } });
  });

  it("S3.2 scopes only narrow: without a wish all that is left, and never one more", async () => {
    const { access_token } = await signIn(shell, member);
    const all = await exchange(worker, access_token);
    expect(all.body["scope"]).toBe(everyApiScope);
    const narrowed = await exchange(worker, access_token, { scope: "profile:read insights:read" });
    const widened = await exchange(mailer, tokenOf(narrowed), { scope: "profile:read profile:write" });
    expect(widened).toMatchObject({ status: 400, body: { error: "invalid_scope", scope: "profile:write" } });
  });

  it("takes what the user has lost since the subject token was issued", async () => {
    const id = await identity.addUser("demoted@mullion.test", ["member"]);
    const { access_token } = await signIn(shell, "demoted@mullion.test");
    await setRoles(identity.pool, id, ["viewer"]);
    const { body } = await exchange(worker, access_token);
    expect(String(body["scope"]).split(" ")).not.toContain("insights:write");
  });

  it("the exchanged token ends with the sign-in that it came from", async () => {
    const { access_token, refresh_token } = await signIn(shell, member);
    for (const client of [worker, opaque]) {
      const token = tokenOf(await exchange(client, access_token));
      expect(await gateway.introspect(token), client.clientId).toMatchObject({ active: true });
    }
    const held = [
      tokenOf(await exchange(worker, access_token)),
      tokenOf(await exchange(opaque, access_token)),
    ];
    await shell.revoke(refresh_token);
    for (const token of held) expect(await gateway.introspect(token)).toEqual({ active: false });
    expect(await exchange(worker, access_token)).toMatchObject({
      status: 400,
      body: { error: "invalid_request" },
    });
  });

  it("S3.2 only a client with a policy exchanges, only tokens of the clients and for the resources that it names", async () => {
    const { access_token, refresh_token, id_token } = await signIn(shell, member);
    const noPolicy = await exchange(clients.shell, access_token);
    expect(noPolicy).toMatchObject({ status: 400 });
    expect(noPolicy.body).not.toHaveProperty("access_token");
    const kiosk = await RelyingParty.discover(identity, clients.kiosk, clients.kiosk.redirectUris[0]);
    const others = await signIn(kiosk, member);
    const forIdentity = await shell.refreshed(refresh_token, identityAudience);
    const own = await (await RelyingParty.discover(identity, worker)).clientCredentials("registry:read");
    const refusals: [string, string, Record<string, string>, string][] = [
      ["a token of a client that the policy does not name", others.access_token, {}, "invalid_request"],
      ["a token for a resource that it does not name", forIdentity.access_token, {}, "invalid_target"],
      ["another resource than the token's", access_token, { resource: identityAudience }, "invalid_target"],
      [
        "two resources",
        access_token,
        { resource: apiAudience, audience: identityAudience },
        "invalid_target",
      ],
      ["an ID token", id_token, {}, "invalid_request"],
      ["a forged token", `${access_token.slice(0, -4)}AAAA`, {}, "invalid_request"],
      ["a token that acts for no user", own.access_token, {}, "invalid_request"],
      [
        "an actor token",
        access_token,
        { actor_token: "x", actor_token_type: accessToken },
        "invalid_request",
      ],
      ["another kind of token wanted", access_token, { requested_token_type: "urn:x" }, "invalid_request"],
      ["another kind of token brought", access_token, { subject_token_type: "urn:x" }, "invalid_request"],
    ];
    for (const [what, token, extra, error] of refusals) {
      expect(await exchange(worker, token, extra), what).toMatchObject({ status: 400, body: { error } });
    }
  });
});
