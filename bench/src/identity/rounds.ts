import type { Platform } from "@mullion/local";
import { type DriveResult, drive } from "../drive.ts";
import { createMetric, type Metric, median } from "../metrics.ts";
import { cpuSeconds } from "../process-cpu.ts";
import { type BenchProcess, forkServer } from "../processes/child.ts";
import { argon2Alone } from "./argon2-alone.ts";
import { redemptionOf, signInToCode } from "./sign-in-by-form.ts";
import { TokenRequests } from "./token-requests.ts";

const rounds = 5;
const lanes = 16;
const durationMs = 3_000;
const signInScope = "openid offline_access profile:read";
const bareClient = { clientId: "bench", clientSecret: "a-secret-of-the-benchmark-and-nobody-else" };

/** A burst on one process, with the CPU time that the process used for it. */
interface Measured extends DriveResult {
  readonly perCpuSecond: number;
}

type Name = "bare" | "clientCredentials" | "refresh" | "introspection" | "login" | "argon2";
type Round = Readonly<Record<Name, Measured>>;

interface Parts {
  readonly platform: Platform;
  readonly bare: BenchProcess;
  readonly bareRequests: TokenRequests;
  readonly requests: TokenRequests;
}

async function measured(pid: number, run: () => Promise<DriveResult>): Promise<Measured> {
  const before = await cpuSeconds(pid);
  const result = await run();
  const used = (await cpuSeconds(pid)) - before;
  return { ...result, perCpuSecond: result.done / used };
}

function burst(pid: number, step: (lane: number) => Promise<void>): Promise<Measured> {
  return measured(pid, () => drive({ lanes, durationMs }, step));
}

function textOf(value: unknown): string {
  if (typeof value !== "string") throw new Error("identity gave no token");
  return value;
}

async function signIn({ platform, requests }: Parts): Promise<Record<string, unknown>> {
  const [account] = platform.accounts;
  if (account === undefined) throw new Error("the platform has no demo account");
  const code = await signInToCode(platform, account, signInScope);
  return requests.post("/token", redemptionOf(platform, code));
}

async function measureRound(parts: Parts, identityPid: number): Promise<Round> {
  const { bare, bareRequests, requests } = parts;
  const own = { grant_type: "client_credentials" };
  const tokens = await Promise.all(Array.from({ length: lanes }, () => signIn(parts)));
  const refreshTokens = tokens.map((set) => textOf(set["refresh_token"]));
  const token = textOf(tokens[0]?.["access_token"]);
  const refresh = async (lane: number): Promise<void> => {
    const refresh_token = refreshTokens[lane] ?? "";
    const set = await requests.post("/token", { grant_type: "refresh_token", refresh_token });
    refreshTokens[lane] = textOf(set["refresh_token"]);
  };
  const post = (to: TokenRequests, path: string, form: Record<string, string>) => async (): Promise<void> => {
    await to.post(path, form);
  };
  return {
    bare: await burst(bare.pid, post(bareRequests, "/token", own)),
    clientCredentials: await burst(identityPid, post(requests, "/token", own)),
    refresh: await burst(identityPid, refresh),
    introspection: await burst(identityPid, post(requests, "/token/introspection", { token })),
    argon2: await measured(process.pid, () => argon2Alone(lanes, durationMs)),
    login: await burst(identityPid, async () => {
      await signIn(parts);
    }),
  };
}

function metricsOf(results: readonly Round[]): Metric[] {
  const middle = (pick: (round: Round) => number): number => median(results.map(pick));
  const perSecond = (name: Name): number => middle((round) => round[name].perSecond);
  return [
    createMetric("bare.clientCredentials", perSecond("bare"), "/s"),
    createMetric("clientCredentials", perSecond("clientCredentials"), "/s"),
    createMetric(
      "clientCredentials.toBare",
      middle(({ clientCredentials, bare }) => clientCredentials.perSecond / bare.perSecond),
      "",
      { atLeast: 0.6 },
    ),
    createMetric(
      "clientCredentials.toBare.perCpu",
      middle(({ clientCredentials, bare }) => clientCredentials.perCpuSecond / bare.perCpuSecond),
      "",
    ),
    createMetric("refresh", perSecond("refresh"), "/s"),
    createMetric(
      "refresh.perCore",
      middle(({ refresh }) => refresh.perCpuSecond),
      "/CPU s",
      { atLeast: 300 },
    ),
    createMetric(
      "refresh.p99",
      middle(({ refresh }) => refresh.p99),
      "ms",
    ),
    createMetric("introspection", perSecond("introspection"), "/s"),
    createMetric("argon2", perSecond("argon2"), "/s"),
    createMetric("login", perSecond("login"), "/s"),
    createMetric(
      "login.toArgon2",
      middle(({ login, argon2 }) => login.perSecond / argon2.perSecond),
      "",
      { atLeast: 0.8 },
    ),
    // What the former would be with the load, Postgres and Redis on other cores: they are no part of either process.
    createMetric(
      "login.toArgon2.perCpu",
      middle(({ login, argon2 }) => login.perCpuSecond / argon2.perCpuSecond),
      "",
      { atLeast: 0.8 },
    ),
  ];
}

/** Rates of identity beside those of the bare library and of bare argon2id, each the median of five rounds. */
export async function measureRounds(
  platform: Platform,
  { audience, say }: { audience: string; say: (line: string) => void },
): Promise<Metric[]> {
  const bare = await forkServer("bare-provider.ts", [
    bareClient.clientId,
    bareClient.clientSecret,
    audience,
    "registry:read",
  ]);
  const shell = { clientId: "mullion-shell", clientSecret: platform.secrets.shellClient };
  const requests = new TokenRequests(platform.url("identity"), shell, lanes);
  const bareRequests = new TokenRequests(bare.origin, bareClient, lanes);
  try {
    const pid = platform.process("identity").pid();
    if (pid === undefined) throw new Error("identity does not run");
    const parts = { platform, bare, bareRequests, requests };
    const results: Round[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      const result = await measureRound(parts, pid);
      // The first one warms both up.
      if (round > 0) results.push(result);
      const words = Object.entries(result).map(
        ([name, { perSecond }]) => `${name} ${perSecond.toFixed(0)}/s`,
      );
      say(
        `  ${round === 0 ? "warm-up" : `round ${String(round)} of ${String(rounds)}`}: ${words.join(", ")}`,
      );
    }
    return metricsOf(results);
  } finally {
    await Promise.all([requests.close(), bareRequests.close(), bare.stop()]);
  }
}
