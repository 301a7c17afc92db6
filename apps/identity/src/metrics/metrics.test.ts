import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startIdentity, type TestIdentity } from "../../test/identity.ts";
import { RelyingParty, signIn } from "../../test/relying-party.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { serveMetrics } from "./metrics-server.ts";

describe("metrics", () => {
  const metrics: Metrics = createMetrics();
  let identity: TestIdentity;
  let shell: RelyingParty;

  beforeAll(async () => {
    identity = await startIdentity({ metrics });
    shell = await RelyingParty.discover(identity);
    await identity.addUser("member@mullion.test", ["member"]);
  });
  afterAll(async () => {
    await identity.close();
  });

  async function figures(): Promise<Map<string, number>> {
    const lines = (await metrics.registry.metrics()).split("\n").filter((line) => !line.startsWith("#"));
    return new Map(
      lines.map((line) => {
        const [name = "", value] = line.split(" ");
        return [name.replace("mullion_identity_", ""), Number(value)];
      }),
    );
  }

  it("S3.9 counts tokens issued, refreshes used, revocations and failed sign-ins", async () => {
    const { refresh_token } = await signIn(shell, "member@mullion.test");
    const { refresh_token: next } = await shell.refreshed(refresh_token);
    await shell.clientCredentials("registry:read");
    await shell.revoke(next ?? "");
    await expect(signIn(shell, "nobody@mullion.test")).rejects.toThrow();
    const counted = await figures();
    expect(Object.fromEntries(counted)).toMatchObject({
      'tokens_issued_total{grant_type="authorization_code"}': 1,
      'tokens_issued_total{grant_type="refresh_token"}': 1,
      'tokens_issued_total{grant_type="client_credentials"}': 1,
      'refresh_used_total{outcome="rotated"}': 1,
      'revocations_total{cause="revocation_endpoint"}': 1,
      login_failures_total: 1,
    });
  });

  it("S3.9 measures every request, those that the provider answers too", async () => {
    const counted = await figures();
    const name = 'request_duration_seconds_count{method="POST",route="/token",status_class="2xx"}';
    expect(counted.get(name)).toBe(3);
  });

  it("lets no caller make labels", async () => {
    await figures();
    for (const path of ["/identity/users/1", "/identity/users/2", "/no/such/path", "/interaction/abc"]) {
      await fetch(`${identity.issuer}${path}`, { method: "DELETE" });
    }
    const before = (await figures()).size;
    for (const path of ["/identity/users/3", "/identity/users/4", "/no/such/page", "/interaction/def"]) {
      await fetch(`${identity.issuer}${path}`, { method: "DELETE" });
    }
    expect((await figures()).size).toBe(before);
  });

  it("are served apart from the port that the internet reaches", async () => {
    expect((await fetch(`${identity.issuer}/metrics`)).status).toBe(404);
    const { close, url } = await serveMetrics(metrics, { host: "127.0.0.1", port: 0 });
    const response = await fetch(`${url}/metrics`);
    expect(response.headers.get("content-type")).toContain("text/plain");
    expect(await response.text()).toContain("mullion_identity_tokens_issued_total");
    expect((await fetch(`${url}/`)).status).toBe(404);
    await close();
  });
});
