import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { PlatformEvent, Role } from "@mullion/contracts";
import { createLogger } from "@mullion/http-service";
import { createPool, type Pool, runMigrations } from "@mullion/postgres";
import { createTestDatabase, freePort, testRedisUrl } from "@mullion/testing";
import { createKeyRing } from "@mullion/token-store";
import { Redis } from "ioredis";
import {
  type ClientRegistration,
  type RegisteredClient,
  registerClient,
} from "../src/clients/registered-client.ts";
import type { Upstream } from "../src/federation/upstream.ts";
import type { KeyPolicy } from "../src/keys/key-rotation.ts";
import { loadSigningKeys } from "../src/keys/signing-keys.ts";
import type { Mailer } from "../src/mail/mailer.ts";
import { createOutbox } from "../src/mail/outbox.ts";
import { createSmtp } from "../src/mail/smtp.ts";
import { createMetrics, type Metrics } from "../src/metrics/metrics.ts";
import type { Limits } from "../src/rate-limit/limits.ts";
import { createIdentity } from "../src/server.ts";
import { hashPassword } from "../src/users/password.ts";
import { createUserOnce, findUserByEmail } from "../src/users/user-store.ts";
import { type Mailbox, startMailbox } from "./mailbox.ts";

export const audience = "urn:mullion:api";
export const password = "correct horse battery staple";
export const shellRedirectUri = "http://localhost:3000/api/auth/callback/mullion";
export const partnerRedirectUri = "https://partner.example/callback";

/** A client that authenticates by a secret. */
type ConfidentialClient = RegisteredClient & { clientSecret: string };

function confidential(client: ClientRegistration & { clientSecret: string }): ConfidentialClient {
  return { ...registerClient(client), clientSecret: client.clientSecret };
}

/** The clients of the platform, and one of somebody else. */
export const clients: Readonly<Record<"shell" | "gateway" | "partner" | "kiosk", ConfidentialClient>> = {
  shell: confidential({
    clientId: "mullion-shell",
    clientSecret: "shell-secret-shell-secret-shell-secret",
    grantTypes: ["authorization_code", "refresh_token", "client_credentials"],
    redirectUris: [shellRedirectUri],
    postLogoutRedirectUris: ["http://localhost:3000/"],
    scopes: ["registry:read"],
    firstParty: true,
  }),
  gateway: confidential({
    clientId: "mullion-gateway",
    clientSecret: "gateway-secret-gateway-secret-gateway",
    grantTypes: ["client_credentials"],
    scopes: ["events:write"],
    firstParty: true,
  }),
  kiosk: confidential({
    clientId: "mullion-kiosk",
    clientSecret: "kiosk-secret-kiosk-secret-kiosk-secret",
    grantTypes: ["authorization_code", "refresh_token", "client_credentials"],
    redirectUris: ["http://localhost:3100/callback"],
    scopes: ["registry:read"],
    accessTokenFormat: "opaque",
    firstParty: true,
  }),
  partner: confidential({
    clientId: "partner",
    name: "Partner <App>",
    clientSecret: "partner-secret-partner-secret-partner",
    grantTypes: ["authorization_code", "refresh_token"],
    redirectUris: [partnerRedirectUri],
  }),
};

const keyRing = createKeyRing(`k1:${Buffer.alloc(32, 7).toString("base64")}`);

/** What a test may choose. */
export interface TestIdentityOptions {
  accessTokenTtlSeconds?: number;
  limits?: Partial<Limits>;
  trustedProxies?: string[];
  /** Where the shell hears of logouts. */
  backchannelLogoutUri?: string;
  logoutRetriesMs?: readonly number[];
  keyPolicy?: KeyPolicy;
  /** Clients beside those above. */
  extraClients?: readonly ClientRegistration[];
  metrics?: Metrics;
  /** Other providers that people may sign in with. */
  upstreams?: readonly Upstream[];
  /** Instead of the test servers' own addresses, to cut the line. */
  databaseUrl?: (direct: string) => string;
  redisUrl?: (direct: string) => string;
  /** A further instance on the same database and names in Redis as this one, which outlives it. */
  beside?: TestIdentity;
}

/** Identity on a port of its own, with its own database and its own names in Redis. */
export interface TestIdentity {
  issuer: string;
  /** Where this instance listens: the issuer's address, except for one that stands beside another. */
  url: string;
  /** Of the database itself, past any line that a test put in. */
  connectionString: string;
  /** Those of the operator's file. */
  clients: readonly RegisteredClient[];
  pool: Pool;
  redis: Redis;
  keyPrefix: string;
  events: PlatformEvent[];
  /** What identity has mailed, received over SMTP. */
  mails: Mailbox;
  mailer: Mailer;
  /** Creates a user with `password`; returns the id. */
  addUser(email: string, roles: readonly Role[]): Promise<string>;
  /** Actions of the audit log, oldest first, less what was written at the start. */
  auditedActions(): Promise<string[]>;
  close(): Promise<void>;
}

export async function startIdentity(options: TestIdentityOptions = {}): Promise<TestIdentity> {
  const {
    accessTokenTtlSeconds = 600,
    limits,
    trustedProxies,
    backchannelLogoutUri,
    logoutRetriesMs,
    metrics = createMetrics(),
    upstreams = [],
    keyPolicy,
    extraClients = [],
    databaseUrl = String,
    redisUrl = String,
    beside,
  } = options;
  const database = beside === undefined ? await createTestDatabase() : undefined;
  const connectionString = database?.connectionString ?? beside?.connectionString ?? "";
  if (database !== undefined) {
    const dir = fileURLToPath(new URL("../migrations", import.meta.url));
    await runMigrations({ connectionString, dir });
  }
  const pool = createPool({ connectionString: databaseUrl(connectionString) });
  const keyPrefix = beside?.keyPrefix ?? `test:${randomBytes(6).toString("hex")}:`;
  const redis = new Redis(redisUrl(testRedisUrl()), {
    keyPrefix,
    commandTimeout: 500,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => 50,
  });
  redis.on("error", () => undefined);
  await once(redis, "ready");
  const port = await freePort();
  const url = `http://localhost:${String(port)}`;
  const issuer = beside?.issuer ?? url;
  const events: PlatformEvent[] = [];
  const mails = beside?.mails ?? (await startMailbox());
  const logger = createLogger({ name: "identity-test", level: "silent" });
  const smtp = createSmtp({ url: mails.url, from: "Mullion <no-reply@mullion.test>" });
  const mailer = createOutbox({ pool, keyRing, deliver: smtp.deliver, logger, retriesMs: [20], pollMs: 50 });
  const registered = beside?.clients ?? [
    ...Object.values(clients).filter(({ clientId }) => clientId !== clients.shell.clientId),
    { ...clients.shell, ...(backchannelLogoutUri === undefined ? {} : { backchannelLogoutUri }) },
    ...extraClients.map(registerClient),
  ];
  const app = await createIdentity({
    issuer,
    audience,
    accessTokenTtlSeconds,
    cookieKeys: ["a-cookie-key-of-at-least-32-characters"],
    clients: registered,
    keys: await loadSigningKeys(pool, keyRing),
    keyRing,
    ...(keyPolicy === undefined ? {} : { keyPolicy }),
    pool,
    redis,
    events: { emit: (event) => events.push(event) },
    mailer,
    upstreams,
    logger,
    metrics,
    ...(limits === undefined ? {} : { limits }),
    ...(trustedProxies === undefined ? {} : { trustedProxies }),
    ...(logoutRetriesMs === undefined ? {} : { logoutRetriesMs }),
  });
  await app.listen({ host: "127.0.0.1", port });
  const passwordHash = await hashPassword(password);
  return {
    issuer,
    url,
    connectionString,
    clients: registered,
    pool,
    redis,
    keyPrefix,
    events,
    mails,
    mailer,
    async addUser(email, roles) {
      await createUserOnce(pool, { email, name: email.split("@")[0] ?? email, passwordHash, roles });
      return (await findUserByEmail(pool, email))?.user.id ?? "";
    },
    async auditedActions() {
      const { rows } = await pool.query<{ action: string }>(
        "select action from audit_log where action <> 'client.file' order by id",
      );
      return rows.map(({ action }) => action);
    },
    async close() {
      await app.close();
      await mailer.close();
      smtp.close();
      if (beside === undefined) await mails.close();
      redis.disconnect();
      await pool.end();
      await database?.drop();
    },
  };
}
