import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Platform } from "@mullion/local";
import type { Fronts } from "../src/fronts.ts";
import { expect, test } from "../src/security-fixtures.ts";
import { reachCallback } from "../src/sign-in-steps.ts";
import { cookieOf, type Visitor } from "../src/visitor.ts";

const apps = ["identity", "gateway", "service-profile", "service-insights", "registry"] as const;

/** Everything that the platform's processes have logged. */
async function logsOf(platform: Platform, fronts: Fronts): Promise<string> {
  const files = [...apps, ...fronts.names].map((name) => platform.logFile(name));
  return (await Promise.all(files.map(async (file) => readFile(file, "utf8")))).join("\n");
}

/** An answer as one text: status line, headers, body. */
async function textOf(response: Response): Promise<string> {
  const lines = [...response.headers].map(([name, value]) => `${name}: ${value}`);
  return [String(response.status), ...lines, await response.text()].join("\n");
}

/** What a visit shows to the browser: pages with their data and scripts, data alone, calls, failures. */
async function visit({ agent, call, write }: Visitor, fronts: Fronts): Promise<Map<string, string>> {
  const seen = new Map<string, string>();
  const see = async (name: string, response: Response): Promise<string> => {
    const text = await textOf(response);
    seen.set(name, text);
    return text;
  };
  for (const path of ["/", "/dashboard", "/analytics", "/user", "/admin", "/nothing", "/sign-in-failed"]) {
    const html = await see(path, await agent.fetch(fronts.origin + path));
    const build = /"buildId":"([^"]+)"/.exec(html)?.[1];
    if (build !== undefined) {
      const data = `/_next/data/${build}${path === "/" ? "/index" : path}.json`;
      await see(data, await agent.fetch(fronts.origin + data, { headers: { "x-nextjs-data": "1" } }));
    }
    for (const [, script = ""] of html.matchAll(/src="(\/_next\/static\/[^"]+)"/g)) {
      if (!seen.has(script)) await see(script, await agent.fetch(fronts.origin + script));
    }
  }
  for (const path of [
    "/api/session",
    "/api/auth/session",
    "/api/auth/providers",
    "/api/auth/csrf",
    "/api/auth/error",
  ]) {
    await see(path, await agent.fetch(fronts.origin + path));
  }
  const reads = [
    "/profile/me",
    "/insights/health",
    "/insights/summary?days=7",
    "/identity/users",
    "/registry/remotes",
  ];
  for (const path of [...reads, "/session/devices", "/nothing"]) await see(`BFF ${path}`, await call(path));
  await see("a write", await write("PUT", "/profile/me/pins", { pins: [] }));
  await see("a wrong write", await write("PUT", "/profile/me/pins", { pins: 7 }));
  return seen;
}

/** The parts of a token that would be of use to whoever finds them. */
function usableParts(token: string): string[] {
  const [, payload, signature] = token.split(".");
  return [token, payload ?? [], signature ?? []].flat().filter((part) => part.length > 20);
}

test("SEC-23 S0.4 no answer in a visit, no log and no metric holds a token of the session, also after a refresh", async ({
  fronts,
  platform,
  records,
  signInAs,
}) => {
  const visitor = await signInAs("admin");
  const tokens = new Set(await records.tokens(visitor.sid));
  const seen = await visit(visitor, fronts);
  await records.expireAccessTokens(visitor.sid);
  for (const [name, text] of await visit(visitor, fronts)) seen.set(`${name}, refreshed`, text);
  for (const token of await records.tokens(visitor.sid)) tokens.add(token);
  expect(tokens.size).toBeGreaterThanOrEqual(4);
  expect([...seen.values()].join("")).toContain("Ada Reyes");

  for (const name of ["gateway", "identity"] as const) {
    const metrics = await fronts.newAgent().fetch(`http://127.0.0.1:${String(platform.ports[name])}/metrics`);
    seen.set(`metrics of ${name}`, await textOf(metrics));
  }
  seen.set("metrics of the front", await textOf(await fronts.fetch("/metrics")));
  seen.set("logs", await logsOf(platform, fronts));
  for (const secret of [...[...tokens].flatMap(usableParts), visitor.sid]) {
    const found = [...seen].filter(([, text]) => text.includes(secret)).map(([name]) => name);
    expect(found).toEqual([]);
  }
});

const failures: Readonly<
  Record<string, (canary: string) => [status: number, headers: Record<string, string>, body: string]>
> = {
  "refuses the token and quotes it": (canary) => [
    401,
    { "www-authenticate": `Bearer error="invalid_token", error_description="${canary}"` },
    JSON.stringify({ code: "invalid_token", detail: canary }),
  ],
  "redirects with it": (canary) => [302, { location: `https://evil.test/?token=${canary}` }, canary],
  "echoes it in headers": (canary) => [
    200,
    {
      "content-type": "application/json",
      authorization: `Bearer ${canary}`,
      "x-access-token": canary,
      link: canary,
    },
    "{}",
  ],
};

for (const [name, answerWith] of Object.entries(failures)) {
  test(`SEC-23 a gateway that ${name}: the browser and the logs do not see it`, async ({
    fronts,
    platform,
    member,
    gatewayTap,
  }) => {
    const canary = `canary-${randomBytes(16).toString("hex")}`;
    const restore = gatewayTap.intercept(async ({ response }) => {
      const [status, headers, body] = answerWith(canary);
      response.writeHead(status, headers).end(body);
    });
    try {
      expect(await textOf(await member.call("/profile/me"))).not.toContain(canary);
    } finally {
      restore();
    }
    expect(await logsOf(platform, fronts)).not.toContain(canary);
  });
}

test("SEC-23 canaries as code, state, tokens and cookies of a request reach no log and no answer", async ({
  fronts,
  platform,
}) => {
  const canary = `canary-${randomBytes(16).toString("hex")}`;
  const headers = {
    authorization: `Bearer ${canary}`,
    cookie: `${cookieOf(canary).cookie}; __Host-mullion.state=${canary}; __Host-mullion.pkce=${canary}`,
    "x-mullion-csrf": canary,
  };
  const query = `?code=${canary}&state=${canary}&access_token=${canary}&error_description=${canary}`;
  const paths = [
    "/api/auth/callback/mullion",
    "/api/bff/profile/me",
    "/api/session",
    "/dashboard",
    "/signin",
    "/api/auth/error",
  ];
  for (const path of paths) {
    expect(await textOf(await fronts.fetch(path + query, { headers })), path).not.toContain(canary);
  }
  expect(await logsOf(platform, fronts)).not.toContain(canary);
});

test("SEC-23 a sign-in leaves neither code, state, password nor cookie in a log", async ({
  fronts,
  platform,
  account,
}) => {
  const agent = fronts.newAgent();
  const viewer = account("viewer");
  const callback = await reachCallback(fronts, agent, viewer);
  const answer = await agent.fetch(callback);
  const cookies = await agent.cookies.getCookies(fronts.origin);
  const secrets = [
    viewer.password,
    ...["code", "state"].map((name) => callback.searchParams.get(name) ?? ""),
    ...cookies.map(({ value }) => value),
  ];
  expect(answer.status).toBe(302);
  expect(secrets.length).toBeGreaterThan(5);
  const logs = await logsOf(platform, fronts);
  for (const secret of secrets) expect(logs.includes(secret)).toBe(false);
});

const droppedHeaders = {
  "set-cookie": "__Host-mullion.sid=planted; Path=/; Secure",
  authorization: "Bearer echoed",
  "x-access-token": "echoed",
  "www-authenticate": "Bearer",
  "proxy-authenticate": "Basic",
  location: "https://evil.test",
  refresh: "0; url=https://evil.test",
  "access-control-allow-origin": "*",
  "access-control-allow-credentials": "true",
  "clear-site-data": '"cookies"',
  "content-security-policy": "default-src *",
  "strict-transport-security": "max-age=0",
  "service-worker-allowed": "/",
  server: "secret-server/1.0",
  "x-powered-by": "secret-framework",
} as const;

for (const [name, value] of Object.entries(droppedHeaders)) {
  test(`SEC-24 an upstream's ${name} does not reach the browser`, async ({ member, gatewayTap }) => {
    const restore = gatewayTap.intercept(async ({ response }) => {
      response.writeHead(200, { "content-type": "application/json", [name]: value }).end("{}");
    });
    try {
      const { status, headers } = await member.call("/profile/me");
      expect(status).toBe(200);
      expect(headers.get(name) ?? "").not.toContain(value);
    } finally {
      restore();
    }
  });
}

test("SEC-25 a dump of Redis holds no session id, no token and nothing that opens a session", async ({
  fronts,
  records,
  signInAs,
}) => {
  const { sid, agent, call } = await signInAs("member");
  await records.expireAccessTokens(sid);
  expect((await call("/profile/me")).status).toBe(200);
  const session = await records.session(sid);
  const { keys, text } = await records.dump();
  expect(keys.filter((key) => key.endsWith(":session")).length).toBeGreaterThan(0);

  const cookies = await agent.cookies.getCookies(fronts.origin);
  const secrets = [...(await records.tokens(sid)).flatMap(usableParts), ...cookies.map(({ value }) => value)];
  secrets.push(session?.view.user.email ?? "", session?.view.user.name ?? "");
  expect(secrets).toContain(sid);
  for (const secret of secrets) expect(secret !== "" && text.includes(secret)).toBe(false);

  // Whoever holds the dump tries all of it as a cookie.
  const candidates = new Set(text.match(/[\w-]{43}/g) ?? []);
  expect(candidates.size).toBeGreaterThan(0);
  for (const candidate of [...candidates].slice(0, 60)) {
    const answer = await fronts.fetch("/api/session", { headers: cookieOf(candidate) });
    expect(await answer.json()).toEqual({ session: null });
  }
});
