import type { SessionRecord, TokenSet } from "./record.ts";

const audience = "urn:mullion:api";

/** A record that lives a minute, with canaries for everything that must not be seen. For the tests of this package. */
export function testRecord(tokens: Partial<TokenSet> = {}, expiresInMs = 60_000): SessionRecord {
  return {
    view: {
      user: { id: "u1", name: "Ada Canary", email: "ada@mullion.test" },
      roles: ["member"],
      expiresAt: new Date(Date.now() + expiresInMs).toISOString(),
    },
    device: { userAgent: "canary-browser", ipAddress: "192.0.2.1", createdAt: Date.now() },
    tokens: { ...testTokens("canary-access"), ...tokens },
  };
}

/** Tokens whose access token for the API is this text. */
export function testTokens(token: string): TokenSet {
  return {
    access: { [audience]: { token, scope: "profile:read", issuedAt: 1, expiresAt: 2 } },
    refreshToken: "canary-refresh",
    identitySid: "canary-sid",
  };
}
