import { createLogger } from "@mullion/http-service";
import type { SessionRecord, TokenStore } from "@mullion/token-store";
import { TokenStoreError } from "@mullion/token-store";
import { expect, it } from "vitest";
import { authOptions } from "./auth-options.ts";
import { nobodysMethod } from "./credentials/sign-in.ts";

const record: SessionRecord = {
  view: {
    user: { id: "u", name: "Ada", email: "ada@mullion.test" },
    roles: ["member"],
    expiresAt: "2030-01-01T00:00:00.000Z",
  },
  device: { userAgent: "", ipAddress: "", createdAt: 0 },
  tokens: { access: {}, refreshToken: "of-nobody", identitySid: null },
};

it("the refresh token of a sign-in whose session cannot be stored is revoked", async () => {
  const discarded: string[] = [];
  const sessions = {
    end: async () => undefined,
    discard: async (refreshToken: string) => void discarded.push(refreshToken),
    close: () => undefined,
  };
  const failing: Pick<TokenStore, "create"> = {
    create: () => Promise.reject(new TokenStoreError("store_unavailable", "away")),
  };
  const env = { NEXTAUTH_SECRET: "x".repeat(32), SESSION_TTL_SECONDS: 60, SHELL_ORIGIN: "http://localhost" };
  const log = createLogger({ name: "test", level: "silent" });
  const visitor = { sessionId: null, userAgent: "", ipAddress: "" };
  // Only `create` is reached: the sign-in ends there.
  const store = failing as TokenStore;
  const { jwt } = authOptions({ env, store, sessions, log }, visitor, nobodysMethod());
  const encoded = jwt?.encode?.({ token: { record }, secret: env.NEXTAUTH_SECRET });
  await expect(encoded).rejects.toMatchObject({ code: "store_unavailable" });
  expect(discarded).toEqual(["of-nobody"]);
});
