import { type DjangoServer, findDjango, startDjango } from "@mullion/django-backend";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RefreshedTokens } from "../refresher.ts";
import type { CredentialsBackend } from "./credentials-backend.ts";
import { createDjangoBackend } from "./django-backend.ts";

const python = await findDjango();
const ada = { username: "ada", password: "correct horse 1" };
const profile = { ...ada, name: "Ada Lovelace", email: "ada@mullion.test", roles: ["member", "bookkeepers"] };

async function tokensOf(backend: CredentialsBackend): Promise<RefreshedTokens & { refreshToken: string }> {
  const outcome = await backend.signIn(ada, AbortSignal.timeout(10_000));
  if (outcome.kind !== "signed-in") throw new Error(`sign-in was ${outcome.kind}`);
  const { refreshToken } = outcome.tokens;
  if (refreshToken === undefined) throw new Error("no refresh token");
  return { ...outcome.tokens, refreshToken };
}

describe.skipIf(python === null)("credentials backend on a real Django", { timeout: 60_000 }, () => {
  let django: DjangoServer;
  let backend: CredentialsBackend;
  beforeAll(async () => {
    if (python === null) return;
    django = await startDjango(python, { accessSeconds: 120 });
    await django.setUser(profile);
    backend = createDjangoBackend({ url: django.url });
  }, 60_000);
  afterAll(async () => {
    await django.close();
  });

  it("signs in with the token pair, its remaining life, and the person with the roles that exist here", async () => {
    const outcome = await backend.signIn(ada, AbortSignal.timeout(10_000));
    expect(outcome).toMatchObject({
      kind: "signed-in",
      person: { id: "1", name: "Ada Lovelace", email: "ada@mullion.test", roles: ["member"] },
      tokens: { refreshToken: expect.any(String) as unknown, idToken: undefined },
    });
    if (outcome.kind !== "signed-in") return;
    expect(outcome.tokens.expiresInSeconds).toBeGreaterThan(115);
    expect(outcome.tokens.expiresInSeconds).toBeLessThanOrEqual(120);
  });

  it("refuses a wrong password, an unknown name, an empty one and a deactivated user all alike", async () => {
    const idle = { username: "idle", password: "correct horse 2" };
    await django.setUser({ ...profile, ...idle, active: false });
    for (const credentials of [
      { ...ada, password: "wrong" },
      { ...ada, username: "nobody" },
      { username: "", password: "" },
      idle,
    ]) {
      expect(await backend.signIn(credentials, AbortSignal.timeout(10_000))).toEqual({ kind: "refused" });
    }
  });

  it("S1.4 with rotation and blacklist on, a refresh rotates the pair and the used refresh token ends it", async () => {
    const first = await tokensOf(backend);
    const outcome = await backend.refresh(first.refreshToken);
    if (outcome.kind !== "refreshed") throw new Error(`refresh was ${outcome.kind}`);
    expect(outcome.tokens.refreshToken).not.toBe(first.refreshToken);
    expect(decodeJwt(outcome.tokens.accessToken)["token_type"]).toBe("access");
    expect(await backend.refresh(first.refreshToken)).toEqual({ kind: "ended", error: "token_not_valid" });
    expect((await backend.refresh(outcome.tokens.refreshToken ?? "")).kind).toBe("refreshed");
  });

  it("S1.4 with rotation off, a refresh brings an access token alone and the refresh token stays good", async () => {
    if (python === null) return;
    const plain = await startDjango(python, { rotation: false, accessSeconds: 120 });
    try {
      await plain.setUser(profile);
      const steady = createDjangoBackend({ url: plain.url });
      const { refreshToken } = await tokensOf(steady);
      for (let round = 0; round < 2; round += 1) {
        const outcome = await steady.refresh(refreshToken);
        expect(outcome).toMatchObject({ kind: "refreshed", tokens: { refreshToken: undefined } });
      }
    } finally {
      await plain.close();
    }
  });

  it("S1.4 revoking blacklists the refresh token; revoking it again is no error", async () => {
    const { refreshToken } = await tokensOf(backend);
    await backend.revoke(refreshToken);
    expect(await backend.refresh(refreshToken)).toEqual({ kind: "ended", error: "token_not_valid" });
    await backend.revoke(refreshToken);
  });

  it("is unavailable, and ends nothing, while Django is down", async () => {
    const { refreshToken } = await tokensOf(backend);
    await django.stop();
    expect((await backend.signIn(ada, AbortSignal.timeout(10_000))).kind).toBe("unavailable");
    expect((await backend.refresh(refreshToken)).kind).toBe("unavailable");
    await expect(backend.revoke(refreshToken)).rejects.toThrow();
    await django.start();
    expect((await backend.refresh(refreshToken)).kind).toBe("refreshed");
  });
});
