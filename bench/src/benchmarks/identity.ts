import { resolve } from "node:path";
import { apiAudience } from "@mullion/contracts";
import { startPlatform } from "@mullion/local";
import type { Benchmark } from "../benchmark.ts";
import { bootToFirstToken } from "../identity/boot.ts";
import { measureRounds } from "../identity/rounds.ts";
import { createMetric, median } from "../metrics.ts";
import { resourcesOf } from "../process-resources.ts";

const boots = 5;

// All of the load comes from one address and signs one account in.
const unlimited = Object.fromEntries(
  [
    "AUTHORIZE_PER_ADDRESS",
    "TOKEN_PER_ADDRESS",
    "SIGN_IN_PER_ADDRESS",
    "SIGN_IN_PER_ACCOUNT",
    "SIGN_IN_PER_ACCOUNT_ELSEWHERE",
  ].map((name) => [`RATE_LIMIT_${name}`, "100000000/60"]),
);

/** What identity does per second and per second of CPU, beside the bare library and bare argon2id in the same run. */
export const identity: Benchmark = {
  title: "identity: boot, memory, tokens, refreshes, sign-ins and introspections, beside bare oidc-provider",
  async run(say) {
    const platform = await startPlatform({
      portBase: 26_000,
      dataDir: resolve(import.meta.dirname, "../../../.mullion/bench"),
      apps: ["identity"],
      build: false,
      print: say,
      overrides: { identity: { LOG_LEVEL: "warn", ...unlimited } },
    });
    try {
      const bootsMs: number[] = [];
      for (let boot = 1; boot <= boots; boot += 1) {
        bootsMs.push(await bootToFirstToken(platform, platform.secrets.gatewayClient));
      }
      say(`  boots: ${bootsMs.map(Math.round).join(", ")} ms`);
      const measured = await measureRounds(platform, { audience: apiAudience, say });
      const pid = platform.process("identity").pid();
      if (pid === undefined) throw new Error("identity does not run");
      return [
        createMetric("boot.toFirstToken", median(bootsMs), "ms", { atMost: 1_000 }),
        ...measured,
        createMetric("memory.afterLoad", (await resourcesOf(pid)).residentBytes / 1e6, "MB", { atMost: 200 }),
      ];
    } finally {
      await platform.stop();
    }
  },
};
