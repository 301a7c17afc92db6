export { createTestDatabase, type TestDatabase } from "./database.ts";
export { testRedisUrl } from "./environment.ts";
export { type TestingCode, TestingError } from "./errors.ts";
export { type ForgedToken, forgedAccessTokens } from "./forged-tokens.ts";
export { createTestIssuer, type SignOverrides, type TestClaims, type TestIssuer } from "./issuer.ts";
export { createTestLink, type TestLink } from "./link.ts";
export { freePort } from "./port.ts";
export { type RedisTopology, startRedisCluster, startRedisSentinels } from "./redis-topology.ts";
export { createRemoteVariant, type RemoteVariant } from "./remote-variant.ts";
export { seededRandom } from "./seeded-random.ts";
export { createSigningKey, type SigningKey } from "./signing-key.ts";
export {
  createUserAgent,
  type Navigation,
  type Page,
  type UserAgent,
  type UserAgentOptions,
  type UserAgentRequest,
} from "./user-agent.ts";
