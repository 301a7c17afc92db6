import type { Benchmark } from "./benchmark.ts";
import { gateway } from "./benchmarks/gateway.ts";
import { up } from "./benchmarks/up.ts";

/** Every benchmark by name. */
export const benchmarks: Readonly<Record<string, Benchmark>> = { gateway, up };
