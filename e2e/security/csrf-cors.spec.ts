import { apiRoutes } from "@mullion/contracts";
import { sendRaw } from "../src/raw-http.ts";
import { codeOf, expect, test } from "../src/security-fixtures.ts";
import { cookieOf, sameOriginHeaders } from "../src/visitor.ts";

const pins = { path: "/profile/me/pins", body: { pins: [] } } as const;

const foreignOrigins: Readonly<Record<string, (own: string) => string>> = {
  "another site": () => "https://evil.test",
  "an opaque origin": () => "null",
  "a site whose name begins with ours": (own) => `${own}.evil.test`,
  "our name as a user of theirs": (own) => own.replace("//", "//evil.test@"),
  "our host under another scheme": (own) => own.replace("http:", "https:"),
  "our host at another port": (own) => `${own.slice(0, -1)}9`,
  "our origin with a path": (own) => `${own}/`,
  "our origin twice": (own) => `${own}, ${own}`,
  "an empty origin": () => "",
};

for (const [name, originOf] of Object.entries(foreignOrigins)) {
  test(`SEC-9 S2.6 a write from ${name} is refused and reaches no service`, async ({
    fronts,
    member,
    gatewayTap,
  }) => {
    gatewayTap.requests.length = 0;
    const origin = originOf(fronts.origin);
    const headers = { "sec-fetch-site": "same-origin", origin };
    const response = await member.write("PUT", pins.path, pins.body, { headers });
    expect(response.status).toBe(403);
    expect(await codeOf(response)).toBe("cross_site");
    expect(gatewayTap.requests).toEqual([]);
  });
}

for (const { id, method, path } of apiRoutes) {
  test(`SEC-10 ${id}: ${method} without the custom header is refused`, async ({
    fronts,
    member,
    gatewayTap,
  }) => {
    gatewayTap.requests.length = 0;
    const url = `/api/bff${path.replaceAll(/:\w+/g, "x")}`;
    const headers = { ...cookieOf(member.sid), "sec-fetch-site": "same-origin", origin: fronts.origin };
    const response = await fronts.fetch(url, { method, headers });
    expect(response.status).toBe(403);
    expect(await codeOf(response)).toBe("csrf_header_missing");
    expect(gatewayTap.requests).toEqual([]);
  });
}

for (const site of ["same-site", "cross-site", "Cross-Site", "same-origin, cross-site", "unheard-of"]) {
  test(`SEC-11 a fetch whose Sec-Fetch-Site is "${site}" is refused, with own Origin and custom header`, async ({
    member,
    gatewayTap,
  }) => {
    gatewayTap.requests.length = 0;
    const headers = { "sec-fetch-site": site };
    const answers = [
      await member.call("/profile/me", { headers }),
      await member.write("PUT", pins.path, pins.body, { headers }),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(403);
      expect(await codeOf(answer)).toBe("cross_site");
    }
    expect(gatewayTap.requests).toEqual([]);
  });
}

test("SEC-12 without Fetch Metadata the Origin decides: ours passes, any other is refused", async ({
  fronts,
  member,
}) => {
  const write = async (origin: string): Promise<number> => {
    const headers = {
      ...cookieOf(member.sid),
      "x-mullion-csrf": "1",
      "content-type": "application/json",
      origin,
    };
    const body = JSON.stringify(pins.body);
    return (await fronts.fetch(`/api/bff${pins.path}`, { method: "PUT", headers, body })).status;
  };
  expect(await write(fronts.origin)).toBeLessThan(300);
  for (const originOf of Object.values(foreignOrigins))
    expect(await write(originOf(fronts.origin))).toBe(403);
});

const formTypes = [
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "text/plain",
  "text/plain; application/json",
  "text/plain;charset=UTF-8",
  "application/json-but-not",
  "TEXT/PLAIN",
  "",
];

for (const type of formTypes) {
  test(`SEC-13 a body of type "${type}" is refused and reaches no service`, async ({
    member,
    gatewayTap,
  }) => {
    gatewayTap.requests.length = 0;
    const response = await member.write("PUT", pins.path, pins.body, { headers: { "content-type": type } });
    expect(response.status).toBe(415);
    expect(gatewayTap.requests).toEqual([]);
  });
}

test("SEC-13 a body without a type is refused and reaches no service", async ({
  fronts,
  member,
  gatewayTap,
}) => {
  gatewayTap.requests.length = 0;
  const headers = { ...sameOriginHeaders, ...cookieOf(member.sid), origin: fronts.origin };
  const answer = await fronts.fetch(`/api/bff${pins.path}`, { method: "PUT", headers, body: '{"pins":[]}' });
  expect(answer.status).toBe(415);
  expect(gatewayTap.requests).toEqual([]);
});

const preflighted = [
  "/api/bff/profile/me",
  "/api/bff/nothing",
  "/api/session",
  "/api/auth/csrf",
  "/signin",
  "/dashboard",
];

for (const path of preflighted) {
  test(`SEC-14 S4.5 ${path}: a foreign preflight and a foreign read get no permission`, async ({
    fronts,
    member,
  }) => {
    for (const origin of ["https://evil.test", "null"]) {
      const asked = {
        origin,
        "access-control-request-method": "PUT",
        "access-control-request-headers": "x-mullion-csrf, content-type",
        "access-control-request-private-network": "true",
      };
      const preflight = await fronts.fetch(path, { method: "OPTIONS", headers: asked });
      const read = await fronts.fetch(path, { headers: { origin, ...cookieOf(member.sid) } });
      for (const { headers } of [preflight, read]) {
        const permissions = [...headers.keys()].filter((name) => name.startsWith("access-control-"));
        expect(permissions).toEqual([]);
      }
    }
  });
}

test("S4.5 no server of the platform lets every origin read with credentials", async ({
  fronts,
  platform,
  identityTap,
}) => {
  const addresses = [
    `${fronts.origin}/api/session`,
    `${identityTap.url}/.well-known/openid-configuration`,
    `${identityTap.url}/token`,
    `${identityTap.url}/me`,
    `${platform.url("gateway")}/profile/me`,
    `${platform.url("registry")}/channels/production`,
    `${platform.url("registry")}/artifacts/nothing`,
  ];
  for (const address of addresses) {
    for (const method of ["GET", "OPTIONS"] as const) {
      const headers = { origin: "https://evil.test", "access-control-request-method": "GET" };
      const { headers: answered } = await fronts.newAgent().fetch(address, { method, headers });
      expect(answered.get("access-control-allow-credentials"), `${method} ${address}`).toBeNull();
    }
  }
});

test("SEC-15 signing out by GET, by HEAD or without the form's token has no effect", async ({
  fronts,
  signInAs,
}) => {
  const { agent, call } = await signInAs("viewer");
  const url = `${fronts.origin}/api/auth/signout`;
  const { csrfToken } = (await (await agent.fetch(`${fronts.origin}/api/auth/csrf`)).json()) as {
    csrfToken: string;
  };
  const post = async (body: URLSearchParams, headers = {}): Promise<Response> =>
    agent.fetch(url, { method: "POST", body, headers });
  const attempts = [
    await agent.fetch(url),
    await agent.fetch(url, { method: "HEAD" }),
    await agent.fetch(`${url}?csrfToken=${csrfToken}&callbackUrl=/`),
    await post(new URLSearchParams()),
    await post(new URLSearchParams({ csrfToken: "0".repeat(64) })),
    await agent.fetch(`${url}?_method=POST&csrfToken=${csrfToken}`, {
      headers: { "x-http-method-override": "POST" },
    }),
  ];
  for (const { headers } of attempts) {
    expect(headers.getSetCookie().filter((line) => line.startsWith("__Host-mullion.sid="))).toEqual([]);
  }
  expect((await call("/profile/me")).status).toBe(200);
});

const handshakes: Readonly<Record<string, (own: string) => readonly string[]>> = {
  "from another site": () => ["Origin: https://evil.test"],
  "from an opaque origin": () => ["Origin: null"],
  "from a site whose name begins with ours": (own) => [`Origin: ${own}.evil.test`],
  "without an Origin": () => [],
  "from our own origin that the browser calls cross-site": (own) => [
    `Origin: ${own}`,
    "Sec-Fetch-Site: cross-site",
  ],
  "with two Origins": (own) => [`Origin: ${own}`, "Origin: https://evil.test"],
};

/** A WebSocket handshake as a browser sends it. */
function handshake(origin: string, sid: string, lines: readonly string[]): string[] {
  return [
    "GET /api/bff/insights/feed HTTP/1.1",
    `Host: ${new URL(origin).host}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    `Cookie: ${cookieOf(sid).cookie}`,
    ...lines,
    "",
    "",
  ];
}

for (const [name, linesOf] of Object.entries(handshakes)) {
  test(`SEC-16 a WebSocket handshake ${name} is refused`, async ({ fronts, member, gatewayTap }) => {
    gatewayTap.requests.length = 0;
    const lines = handshake(fronts.origin, member.sid, linesOf(fronts.origin));
    expect((await sendRaw(fronts.serverOf(), lines)).status).toBe(403);
    expect(gatewayTap.requests).toEqual([]);
  });
}

test("SEC-16 the same handshake from our own origin opens a WebSocket", async ({ fronts, member }) => {
  const lines = handshake(fronts.origin, member.sid, [`Origin: ${fronts.origin}`]);
  expect((await sendRaw(fronts.serverOf(), lines)).status).toBe(101);
});
