import { randomUUID } from "node:crypto";
import type { JWTPayload } from "jose";
import { exportJWK, exportSPKI, generateKeyPair, importJWK, type JWK, SignJWT, UnsecuredJWT } from "jose";
import type { Fronts } from "../src/fronts.ts";
import { expect, test } from "../src/security-fixtures.ts";
import { openStreams } from "../src/streams.ts";

const event = "http://schemas.openid.net/event/backchannel-logout";
const path = "/api/auth/backchannel-logout";

async function send(fronts: Fronts, token: string): Promise<number> {
  const body = new URLSearchParams({ logout_token: token });
  return (await fronts.fetch(path, { method: "POST", body })).status;
}

function claimsOf(issuer: string, sid: string): JWTPayload {
  const now = Math.floor(Date.now() / 1_000);
  return {
    ...{ iss: issuer, aud: "mullion-shell", iat: now, exp: now + 120, jti: randomUUID(), sid },
    events: { [event]: {} },
  };
}

/** What is wrong with a logout token; `undefined` takes a claim away. */
const wrongClaims: Readonly<Record<string, (now: number) => Readonly<Record<string, unknown>>>> = {
  "for another client": () => ({ aud: "mullion-gateway" }),
  "without an audience": () => ({ aud: undefined }),
  "of another issuer": () => ({ iss: "https://evil.test" }),
  "without an issuer": () => ({ iss: undefined }),
  "with a nonce": () => ({ nonce: "n" }),
  "without an event": () => ({ events: undefined }),
  "with another event": () => ({ events: { "http://schemas.openid.net/event/other": {} } }),
  "with an event that is no object": () => ({ events: { [event]: "yes" } }),
  "without a session and a subject": () => ({ sid: undefined }),
  "without an id": () => ({ jti: undefined }),
  "without a time": () => ({ iat: undefined }),
  "that is an hour old": (now) => ({ iat: now - 3_600, exp: now + 60 }),
  "that has expired": (now) => ({ iat: now - 100, exp: now - 90 }),
  "from the future": (now) => ({ iat: now + 600, exp: now + 700 }),
};

for (const [name, change] of Object.entries(wrongClaims)) {
  test(`SEC-49 a logout token ${name} is refused and ends nothing`, async ({
    fronts,
    member,
    records,
    identityTap,
  }) => {
    const sid = (await records.session(member.sid))?.tokens.identitySid ?? "";
    const claims = { ...claimsOf(identityTap.url, sid), ...change(Math.floor(Date.now() / 1_000)) };
    const present = Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
    expect(await send(fronts, await records.signAsIdentity(present, { typ: "logout+jwt" }))).toBe(400);
    expect((await member.call("/profile/me")).status).toBe(200);
  });
}

for (const typ of ["JWT", "at+jwt", undefined]) {
  test(`SEC-49 a logout token whose type is ${String(typ)} is refused`, async ({
    fronts,
    member,
    records,
    identityTap,
  }) => {
    const sid = (await records.session(member.sid))?.tokens.identitySid ?? "";
    const token = await records.signAsIdentity(
      claimsOf(identityTap.url, sid),
      typ === undefined ? {} : { typ },
    );
    expect(await send(fronts, token)).toBe(400);
    expect((await member.call("/profile/me")).status).toBe(200);
  });
}

test("SEC-49 a logout token that identity has not signed is refused: none, another key, the public key as secret", async ({
  fronts,
  member,
  records,
  identityTap,
}) => {
  const sid = (await records.session(member.sid))?.tokens.identitySid ?? "";
  const claims = claimsOf(identityTap.url, sid);
  const jwks = (await (await fetch(`${identityTap.url}/jwks`)).json()) as { keys: JWK[] };
  const [published = {}] = jwks.keys;
  const kid = published.kid ?? "";
  const header = { typ: "logout+jwt", kid };
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  const identityKey = await importJWK({ ...published, ext: true }, "ES256");
  if (identityKey instanceof Uint8Array) throw new TypeError("expected a public key");
  const secret = new TextEncoder().encode(await exportSPKI(identityKey));
  const good = await records.signAsIdentity(claims, { typ: "logout+jwt" });
  const [head = "", body = "", signature = ""] = good.split(".");
  const otherBody = Buffer.from(JSON.stringify({ ...claims, sid: "other" })).toString("base64url");
  const none = new UnsecuredJWT(claims).encode().split(".")[1] ?? "";
  const noneHeader = Buffer.from(JSON.stringify({ alg: "none", typ: "logout+jwt" })).toString("base64url");
  const forged = [
    `${noneHeader}.${none}.`,
    await new SignJWT(claims).setProtectedHeader({ alg: "ES256", ...header }).sign(privateKey),
    await new SignJWT(claims).setProtectedHeader({ alg: "HS256", ...header }).sign(secret),
    await new SignJWT(claims)
      .setProtectedHeader({
        alg: "ES256",
        typ: "logout+jwt",
        jwk: await exportJWK(publicKey),
      })
      .sign(privateKey),
    `${head}.${otherBody}.${signature}`,
    `${head}.${body}.`,
    "not.a.token",
    "",
  ];
  for (const token of forged) expect(await send(fronts, token)).toBe(400);
  expect((await member.call("/profile/me")).status).toBe(200);
});

test("SEC-49 an ID token or an access token is no logout token", async ({ fronts, member, records }) => {
  for (const token of await records.tokens(member.sid)) expect(await send(fronts, token)).toBe(400);
  expect((await member.call("/profile/me")).status).toBe(200);
});

test("SEC-49 a good logout token ends the sign-in on every front, streams included, and is good once", async ({
  fronts,
  signInAs,
  records,
  identityTap,
}) => {
  const visitor = await signInAs("viewer");
  const sid = (await records.session(visitor.sid))?.tokens.identitySid ?? "";
  const streams = await openStreams(fronts, visitor);
  const token = await records.signAsIdentity(claimsOf(identityTap.url, sid), { typ: "logout+jwt" });
  expect(await send(fronts, token)).toBe(200);
  await Promise.all(streams.map(({ closed }) => closed));
  for (const front of fronts.names) expect((await visitor.call("/profile/me", { front })).status).toBe(401);
  for (const front of fronts.names) {
    const body = new URLSearchParams({ logout_token: token });
    expect((await fronts.fetch(path, { method: "POST", body, front })).status).toBe(400);
  }
});

test("SEC-49 of a logout token that is sent to every front at once, one use counts", async ({
  fronts,
  records,
  identityTap,
}) => {
  const token = await records.signAsIdentity(claimsOf(identityTap.url, randomUUID()), { typ: "logout+jwt" });
  const statuses = await Promise.all(Array.from({ length: 12 }, async () => send(fronts, token)));
  expect(statuses.filter((status) => status === 200)).toHaveLength(1);
  expect(statuses.filter((status) => status === 400)).toHaveLength(11);
});
