import { deviceCodeGrant } from "@mullion/contracts/identity-clients";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clients, startIdentity, type TestIdentity } from "../../test/identity.ts";
import { RelyingParty } from "../../test/relying-party.ts";
import { endpoints } from "./endpoints.ts";

const form = "application/x-www-form-urlencoded";
const { clientId, clientSecret, redirectUris } = clients.shell;
const basic = `Basic ${btoa(`${clientId}:${clientSecret}`)}`;
const tv = {
  clientId: "tv",
  clientSecret: "tv-secret-tv-secret-tv-secret-tv-secret",
  grantTypes: [deviceCodeGrant],
} as const;

/** Endpoints that a client asks directly, each with a body that is in order. */
const direct = {
  token: ["/token", { grant_type: "client_credentials", scope: "registry:read" }, basic],
  introspect: ["/token/introspection", { token: "x" }, basic],
  revoke: ["/token/revocation", { token: "x" }, basic],
  PAR: [
    "/request",
    {
      client_id: clientId,
      response_type: "code",
      redirect_uri: redirectUris[0] ?? "",
      scope: "openid",
      code_challenge: "x".repeat(43),
      code_challenge_method: "S256",
    },
    basic,
  ],
  device: ["/device/auth", { scope: "openid" }, `Basic ${btoa(`${tv.clientId}:${tv.clientSecret}`)}`],
} as const satisfies Record<string, readonly [string, Record<string, string>, string]>;
type RequestBody = NonNullable<RequestInit["body"]>;
const names = Object.keys(direct) as (keyof typeof direct)[];

describe("malformed requests", () => {
  let identity: TestIdentity;
  let authorizationUrl: string;

  beforeAll(async () => {
    identity = await startIdentity({ extraClients: [{ ...tv, grantTypes: [...tv.grantTypes] }] });
    const shell = await RelyingParty.discover(identity);
    authorizationUrl = (await shell.authorization("openid", {}, [])).url;
  });
  afterAll(async () => {
    await identity.close();
  });

  const send = (path: string, init: RequestInit): Promise<Response> =>
    fetch(`${identity.issuer}${path}`, { redirect: "manual", ...init });

  async function post(
    name: keyof typeof direct,
    body: RequestBody | undefined,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    const [path, , authorization] = direct[name];
    return send(path, {
      method: "POST",
      headers: { "content-type": form, authorization, ...headers },
      ...(body === undefined ? {} : { body }),
    });
  }

  const fieldsOf = (name: keyof typeof direct): string => new URLSearchParams(direct[name][1]).toString();

  async function expectError(response: Response, status: number, error: string, what: string): Promise<void> {
    expect(response.status, what).toBe(status);
    expect(response.headers.get("content-type"), what).toContain("application/json");
    expect(await response.json(), what).toMatchObject({
      error,
      error_description: expect.any(String) as string,
    });
  }

  it.each(names)("%s: a request that is in order is answered", async (name) => {
    expect((await post(name, fieldsOf(name))).status).toBeLessThan(300);
  });

  it.each(names)("S3.1 %s: what is malformed gets the error of its RFC, as JSON", async (name) => {
    const fields = fieldsOf(name);
    const [first = ""] = fields.split("&");
    const unknown = `Basic ${btoa(`nobody:${clientSecret}`)}`;
    const wrong = `Basic ${btoa(`${clientId}:${"x".repeat(40)}`)}`;
    const cases: [string, RequestBody, Record<string, string>, number, string][] = [
      ["another content type", "{}", { "content-type": "application/json" }, 400, "invalid_request"],
      ["a parameter twice", `${fields}&${first}`, {}, 400, "invalid_request"],
      ["nothing", "", {}, 400, "invalid_request"],
      [
        "an unknown client",
        fields.replace(/client_id=[^&]*&?/, ""),
        { authorization: unknown },
        401,
        "invalid_client",
      ],
      ["a wrong secret", fields, { authorization: wrong }, 401, "invalid_client"],
      ["no client", fields, { authorization: "" }, 400, "invalid_request"],
      ["a header that is no Basic", fields, { authorization: "Basic %%%" }, 400, "invalid_request"],
      ["a client id with a zero", fields, { authorization: `Basic ${btoa("\0:x")}` }, 400, "invalid_request"],
      ["a body that is too large", `${fields}&x=${"x".repeat(60_000)}`, {}, 413, "invalid_request"],
      [
        "two ways to authenticate",
        `${fields}&client_secret=x&client_id=${clientId}`,
        {},
        400,
        "invalid_request",
      ],
    ];
    for (const [what, body, headers, status, error] of cases) {
      // A device asks without a grant type of its own to miss; everything else has a parameter that it needs.
      if (what === "nothing" && name === "device") continue;
      await expectError(await post(name, body, headers), status, error, `${name}: ${what}`);
    }
  });

  it.each(names)("%s: a body without a length that grows too large is refused, too", async (name) => {
    const body = new ReadableStream({
      start(controller) {
        for (let parts = 0; parts < 8; parts += 1)
          controller.enqueue(new TextEncoder().encode("x".repeat(10_000)));
        controller.close();
      },
    });
    const [path, , authorization] = direct[name];
    const response = await send(path, {
      method: "POST",
      headers: { "content-type": form, authorization },
      body,
      duplex: "half",
    });
    expect(response.status).toBe(413);
  });

  it.each(names)("%s: bytes that are not text and signs that end strings break nothing", async (name) => {
    const fields = fieldsOf(name);
    const bytes = Buffer.concat([Buffer.from(`${fields}&x=`), Buffer.from([0xff, 0xfe, 0xc0, 0x80])]);
    expect((await post(name, bytes)).status).toBeLessThan(300);
    for (const body of [
      `${fields}&x=%00`,
      `${fields}&%00=x`,
      `${fields}&x=%ff%c0`,
      `${fields}&__proto__=x`,
    ]) {
      expect((await post(name, body)).status, body).toBeLessThan(300);
    }
    const inside = fields.replace(/=[^&]*/g, "=%00");
    expect((await post(name, inside)).status).toBeLessThan(500);
  });

  it("a parameter with a zero is refused before anything is stored", async () => {
    for (const [path, parameter] of [
      ["/auth", "nonce=%00"],
      ["/auth", 'claims={"userinfo":{"\\u0000":null}}'],
      ["/session/end", "state=%00"],
      ["/device", "user_code=%00"],
    ] as const) {
      const start = path === "/auth" ? `${authorizationUrl.slice(identity.issuer.length)}&` : `${path}?`;
      const response = await send(`${start}${encodeURI(parameter).replace("%2500", "%00")}`, {
        headers: { accept: "text/html" },
      });
      expect(response.status, parameter).toBe(400);
      expect(await response.text(), parameter).toContain("This request is not valid");
    }
    const pushed = await post("PAR", `${fieldsOf("PAR")}&nonce=%00`);
    await expectError(pushed, 400, "invalid_request", "PAR");
  });

  it.each(endpoints.map(({ path, methods, cors }) => [path, methods, cors === true] as const))(
    "%s: another method gets 405 and the methods there are",
    async (path, methods, cors) => {
      const others = ["GET", "POST", "PUT", "PATCH", "DELETE"].filter(
        (method) => !methods.some((known) => known === method),
      );
      for (const method of cors ? others : [...others, "OPTIONS"]) {
        const response = await send(path.replace(":uid", "x"), { method });
        expect(response.status, method).toBe(405);
        expect(response.headers.get("allow"), method).toBe(methods.join(", "));
        expect(await response.json(), method).toMatchObject({ error: "invalid_request" });
      }
    },
  );

  it("S3.1 a browser gets a page that a person understands, and is sent nowhere", async () => {
    const url = new URL(authorizationUrl);
    const without = (name: string): string => {
      const copy = new URL(url);
      copy.searchParams.delete(name);
      return copy.pathname + copy.search;
    };
    const withParameter = (name: string, value: string): string => {
      const copy = new URL(url);
      copy.searchParams.set(name, value);
      return copy.pathname + copy.search;
    };
    const html = { accept: "text/html" };
    const requests: [string, string, RequestInit, number][] = [
      ["no client", without("client_id"), {}, 400],
      ["an unknown client", withParameter("client_id", "nobody"), {}, 400],
      ["a client id that is no text", withParameter("client_id", "\uFFFF"), {}, 400],
      ["an unknown address to return to", withParameter("redirect_uri", "https://evil.example/"), {}, 400],
      ["a client id twice", `${url.pathname}${url.search}&client_id=${clientId}`, {}, 400],
      ["a broken hint", "/session/end?id_token_hint=nonsense", {}, 400],
      ["an unknown client to sign out from", "/session/end?client_id=nobody", {}, 400],
      [
        "a confirmation that was not asked for",
        "/session/end/confirm",
        { method: "POST", body: "xsrf=x" },
        400,
      ],
      ["a sign-in that is over", "/auth/unknown", {}, 400],
      ["a device's sign-in that is over", "/device/unknown", {}, 400],
      ["another method", "/auth", { method: "DELETE" }, 405],
      ["a form that is too large", "/auth", { method: "POST", body: `x=${"x".repeat(9_000)}` }, 413],
      [
        "a form of another type",
        "/auth",
        { method: "POST", body: "{}", headers: { "content-type": "text/plain" } },
        400,
      ],
    ];
    for (const [what, path, init, status] of requests) {
      const headers = {
        "content-type": form,
        ...html,
        ...(init.headers as Record<string, string> | undefined),
      };
      const response = await send(path, { ...init, headers });
      expect(response.status, what).toBe(status);
      expect(response.headers.get("location"), what).toBeNull();
      expect(response.headers.get("content-security-policy"), what).toContain("default-src 'none'");
      expect(await response.text(), what).toMatch(/<h1 class="mu-title">(This|Connect)/);
    }
  });

  it("a malformed request of a known client goes back to it with the error and its state", async () => {
    const url = new URL(authorizationUrl);
    const cases: [string, string, string][] = [
      ["response_type", "token", "unsupported_response_type"],
      ["response_mode", "telepathy", "unsupported_response_mode"],
      ["code_challenge_method", "plain", "invalid_request"],
      ["max_age", "-1", "invalid_request"],
      ["prompt", "none login", "invalid_request"],
      ["claims", "{", "invalid_request"],
      ["resource", "urn:unknown", "invalid_target"],
      ["request", "x", "request_not_supported"],
    ];
    for (const [name, value, error] of cases) {
      const copy = new URL(url);
      copy.searchParams.set(name, value);
      const response = await send(copy.pathname + copy.search, {});
      const callback = new URL(response.headers.get("location") ?? "", identity.issuer);
      const answered = new URLSearchParams(callback.search || callback.hash.slice(1));
      expect(answered.get("error"), `${name}=${value}`).toBe(error);
      expect(answered.get("state"), `${name}=${value}`).toBe(url.searchParams.get("state"));
    }
  });

  it("a query that is larger than a request may be is refused by the server itself", async () => {
    const response = await send(`/auth?x=${"x".repeat(20_000)}`, {});
    expect(response.status).toBe(431);
    expect((await send(`/auth?x=${"x".repeat(8_000)}`, {})).status).toBe(400);
  });
});
