import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { apiAudience, csrfHeader, remoteHeader } from "@mullion/contracts";
import { freePort, type Platform, startPlatform } from "@mullion/local";
import { connectRedis, createKeyRing, createSessionId, createTokenStore } from "@mullion/token-store";
import { childEnvironment } from "../env.ts";
import { type BenchProcess, forkServer, spawnServer } from "../processes/child.ts";

/** One way to the same API. */
export interface Contender {
  readonly origin: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The process whose CPU time counts. */
  readonly pid: () => number;
}

/** What is compared; `direct` is the API itself. */
export interface Contenders {
  readonly direct: Contender;
  readonly passThrough: Contender;
  /** The pass-through with one question to Redis. */
  readonly checkedPassThrough: Contender;
  readonly bff: Contender;
  readonly apiRoute: Contender;
  stop(): Promise<void>;
}

const fixture = resolve(import.meta.dirname, "../../fixtures/next-api-route");
const run = promisify(execFile);
const hourMs = 3_600_000;

// What Chromium sends with a fetch of its own site, less the cookie.
const browserHeaders = {
  accept: "application/json",
  "accept-encoding": "gzip, deflate, br, zstd",
  "accept-language": "en-GB,en;q=0.9",
  referer: "http://localhost:3000/dashboard",
  "sec-fetch-dest": "empty",
  "sec-fetch-mode": "cors",
  "sec-fetch-site": "same-origin",
  "user-agent":
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
};

/** As long as the tokens that identity issues; no contender verifies them. */
const tokens = {
  accessToken: randomBytes(600).toString("base64url"),
  refreshToken: randomBytes(32).toString("base64url"),
  idToken: randomBytes(500).toString("base64url"),
};

const tokenKey = "bench:token";

/** A session in the front's own Redis, sealed with its own keys, and its token in plain text; returns the cookie. */
async function createSession(platform: Platform): Promise<string> {
  const redis = connectRedis(platform.redisUrl, () => undefined);
  await once(redis, "ready");
  const store = createTokenStore(redis, createKeyRing(platform.secrets.sessionKeys), {
    idleTimeoutMs: hourMs,
  });
  const sessionId = createSessionId();
  const now = Date.now();
  const token = { token: tokens.accessToken, scope: "profile:read", issuedAt: now, expiresAt: now + hourMs };
  await store.create(sessionId, {
    tokens: { access: { [apiAudience]: token }, refreshToken: tokens.refreshToken, identitySid: "bench" },
    view: {
      user: { id: "bench", name: "Ada Reyes", email: "admin@mullion.test" },
      roles: ["admin"],
      expiresAt: new Date(now + hourMs).toISOString(),
    },
    device: { userAgent: "bench", ipAddress: "127.0.0.1", createdAt: now },
  });
  await redis.hset(tokenKey, { token: tokens.accessToken });
  redis.disconnect();
  return `__Host-mullion.sid=${sessionId}`;
}

/** A session of the same tokens as NextAuth keeps them by itself: all of them, encrypted, in the cookie. */
async function apiRouteCookie(secret: string): Promise<string> {
  const held = { ...tokens, accessTokenExpiresAt: Math.floor((Date.now() + hourMs) / 1_000) };
  const args = ["src/session-cookie.ts", secret, JSON.stringify(held)];
  return (await run(process.execPath, args, { cwd: fixture })).stdout;
}

/** `next build` and `next start` of the fixture. */
async function startApiRoute(upstream: string, secret: string): Promise<BenchProcess> {
  const next = createRequire(`${fixture}/package.json`).resolve("next/dist/bin/next");
  await run(process.execPath, [next, "build"], {
    cwd: fixture,
    env: childEnvironment({ NEXT_TELEMETRY_DISABLED: "1" }),
  });
  const port = await freePort();
  return spawnServer(`http://127.0.0.1:${port}`, {
    args: [next, "start", "--hostname", "127.0.0.1", "--port", String(port)],
    cwd: fixture,
    env: {
      NEXTAUTH_SECRET: secret,
      NEXTAUTH_URL: `http://127.0.0.1:${port}`,
      UPSTREAM_URL: upstream,
      NEXT_TELEMETRY_DISABLED: "1",
    },
  });
}

/** The platform as in production, but for the gateway: its front calls the API of the benchmark. */
async function startFront(upstream: string, say: (line: string) => void): Promise<Platform> {
  return startPlatform({
    portBase: 19_000,
    dataDir: resolve(import.meta.dirname, "../../../.mullion/bench-bff"),
    build: false,
    print: say,
    overrides: { shell: { GATEWAY_URL: upstream } },
  });
}

/** Starts everything that is compared. */
export async function startContenders(say: (line: string) => void): Promise<Contenders> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const stopOne of stops.splice(0).reverse()) await stopOne();
  };
  try {
    const upstream = await forkServer("json-upstream.ts");
    stops.push(upstream.stop);
    const passThrough = await forkServer("pass-through.ts", [upstream.origin]);
    stops.push(passThrough.stop);
    const secret = randomBytes(32).toString("base64url");
    const apiRoute = await startApiRoute(upstream.origin, secret);
    stops.push(apiRoute.stop);
    const platform = await startFront(upstream.origin, say);
    stops.push(() => platform.stop());
    const cookie = await createSession(platform);
    const checkedArgs = [upstream.origin, platform.redisUrl, tokenKey];
    const checked = await forkServer("checked-pass-through.ts", checkedArgs);
    stops.push(checked.stop);

    const plain = { path: "/profile/me", headers: browserHeaders };
    const headersOf = (cookie: string): Record<string, string> => ({ ...browserHeaders, cookie });
    return {
      direct: { ...plain, origin: upstream.origin, pid: () => upstream.pid },
      passThrough: { ...plain, origin: passThrough.origin, pid: () => passThrough.pid },
      checkedPassThrough: { ...plain, origin: checked.origin, pid: () => checked.pid },
      bff: {
        origin: platform.url("shell").replace("localhost", "127.0.0.1"),
        path: "/api/bff/profile/me",
        headers: {
          ...headersOf(cookie),
          ...{ [csrfHeader]: "1", [remoteHeader]: "user" },
        },
        pid: () => {
          const pid = platform.process("shell").pid();
          if (pid === undefined) throw new Error("the front does not run");
          return pid;
        },
      },
      apiRoute: {
        origin: apiRoute.origin,
        path: "/api/profile",
        headers: headersOf(await apiRouteCookie(secret)),
        pid: () => apiRoute.pid,
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
