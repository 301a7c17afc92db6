import type { Benchmark } from "./benchmark.ts";
import { bff } from "./benchmarks/bff.ts";
import { gateway } from "./benchmarks/gateway.ts";
import { identity } from "./benchmarks/identity.ts";
import { pages } from "./benchmarks/pages.ts";
import { redeploys } from "./benchmarks/redeploys.ts";
import { refresh } from "./benchmarks/refresh.ts";
import { signOut } from "./benchmarks/sign-out.ts";
import { soak } from "./benchmarks/soak.ts";
import { up } from "./benchmarks/up.ts";

/** Every benchmark by name. */
export const benchmarks: Readonly<Record<string, Benchmark>> = {
  bff,
  gateway,
  identity,
  pages,
  redeploys,
  refresh,
  "sign-out": signOut,
  soak,
  up,
};
