import { compactVerify, createLocalJWKSet } from "jose";
import { describe, expect, it } from "vitest";
import { inProcessKey } from "./in-process-key.ts";
import { createSigningKey, toPublicJwk } from "./signing-key.ts";

describe("a key that signs in this process", () => {
  it.each(["ES256", "RS256", "EdDSA"] as const)(
    "makes %s signatures that its public half verifies",
    async (alg) => {
      const jwk = await createSigningKey(alg);
      const key = inProcessKey(jwk);
      const head = Buffer.from(JSON.stringify({ alg, kid: jwk.kid })).toString("base64url");
      const signed = `${head}.${Buffer.from("{}").toString("base64url")}`;
      const signature = Buffer.from(await key.sign(Buffer.from(signed))).toString("base64url");
      const { payload } = await compactVerify(
        `${signed}.${signature}`,
        createLocalJWKSet({ keys: [toPublicJwk(jwk)] }),
      );
      expect(Buffer.from(payload).toString()).toBe("{}");
    },
  );

  it("shows the library its public half and no more", async () => {
    const key = inProcessKey(await createSigningKey("ES256"));
    expect((await key.keyObject()).type).toBe("public");
    expect(Object.keys(key)).toEqual([]);
  });
});
