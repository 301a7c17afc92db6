import { identityAudience, signInListSchema } from "@mullion/contracts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startIdentity, type TestIdentity } from "../../test/identity.ts";
import { RelyingParty, signIn } from "../../test/relying-party.ts";

describe("the admin API of sign-ins", () => {
  let identity: TestIdentity;
  let shell: RelyingParty;
  let memberId: string;
  let adminToken: string;
  let memberToken: string;

  beforeAll(async () => {
    identity = await startIdentity();
    shell = await RelyingParty.discover(identity);
    await identity.addUser("admin@mullion.test", ["admin"]);
    memberId = await identity.addUser("member@mullion.test", ["member"]);
    const admin = await signIn(shell, "admin@mullion.test");
    adminToken = (await shell.refreshed(admin.refresh_token, identityAudience)).access_token;
    const member = await signIn(shell, "member@mullion.test");
    memberToken = (await shell.refreshed(member.refresh_token, identityAudience)).access_token;
  });
  afterAll(async () => {
    await identity.close();
  });

  const call = (method: string, path: string, token = adminToken): Promise<Response> =>
    fetch(`${identity.issuer}/identity/users/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
    });
  const list = async () => {
    const response = await call("GET", `${memberId}/sessions`);
    return signInListSchema.parse(await response.json()).sessions;
  };

  it("S2.5 shows where a user is signed in, and ends one sign-in without the others", async () => {
    const other = await signIn(shell, "member@mullion.test");
    const before = await list();
    expect(before).toHaveLength(2);
    expect(before[0]).toMatchObject({ clients: ["mullion-shell"] });
    const response = await call("DELETE", `${memberId}/sessions/${before[0]?.id ?? ""}`);
    expect(response.status).toBe(204);
    expect((await list()).map(({ id }) => id)).toEqual([before[1]?.id]);
    expect((await shell.refresh(other.refresh_token)).status).toBe(400);
    expect((await identity.auditedActions()).at(-1)).toBe("user.sessions.revoke");
  });

  it("knows no sign-in that is over, of another user, or of nobody", async () => {
    const [mine] = await list();
    const nobody = "00000000-0000-4000-8000-000000000000";
    for (const path of [`${nobody}/sessions/${mine?.id ?? ""}`, `${memberId}/sessions/${nobody}`]) {
      const response = await call("DELETE", path);
      expect([response.status, await response.json()]).toEqual([
        404,
        expect.objectContaining({ code: "sign_in_not_found" }),
      ]);
    }
    expect((await call("GET", `${nobody}/sessions`)).status).toBe(404);
    expect(await list()).toHaveLength(1);
  });

  it("is for administrators", async () => {
    expect((await call("GET", `${memberId}/sessions`, memberToken)).status).toBe(403);
    expect((await call("DELETE", `${memberId}/sessions/x`, memberToken)).status).toBe(403);
  });
});
