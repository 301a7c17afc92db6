import type { HealthReport, PartHealth } from "@mullion/contracts";
import type { HealthTargets } from "./health-targets.ts";

const timeoutMs = 1_000;
const keepMs = 1_000;

async function get(url: string): Promise<{ response: Response; latencyMs: number }> {
  const startedAt = performance.now();
  const response = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(timeoutMs) });
  return { response, latencyMs: Math.round((performance.now() - startedAt) * 10) / 10 };
}

/** What `/readyz` finds wrong, in a sentence; null when nothing is, or when the part has no such check. */
async function unreadiness(healthUrl: string): Promise<string | null> {
  try {
    const { response } = await get(healthUrl.replace(/\/healthz$/, "/readyz"));
    const body: unknown = await response.json().catch(() => null);
    if (response.status !== 503) return null;
    const checks = typeof body === "object" && body !== null && "checks" in body ? body.checks : null;
    const down = Object.entries(typeof checks === "object" && checks !== null ? checks : {})
      .filter(([, status]) => status === "down")
      .map(([name]) => name);
    return down.length === 0 ? "not ready" : `without ${down.join(", ")}`;
  } catch {
    return "the readiness check does not answer";
  }
}

async function probe(name: string, url: string): Promise<PartHealth> {
  const readiness = unreadiness(url);
  try {
    const { response, latencyMs } = await get(url);
    await response.body?.cancel();
    if (!response.ok)
      return { name, status: "down", latencyMs, detail: `answered ${String(response.status)}` };
    const detail = await readiness;
    return { name, status: detail === null ? "up" : "degraded", latencyMs, detail };
  } catch (error) {
    const late = error instanceof Error && error.name === "TimeoutError";
    return { name, status: "down", latencyMs: null, detail: late ? "no answer within 1 s" : "not reachable" };
  }
}

/**
 * A function that probes every target at once, with one second for each. Callers within a second share a report, so
 * that many open dashboards do not become load.
 */
export function createHealthProbe(targets: HealthTargets): () => Promise<HealthReport> {
  let kept: { report: Promise<HealthReport>; until: number } | undefined;

  async function probeAll(): Promise<HealthReport> {
    const checkedAt = new Date().toISOString();
    const parts = await Promise.all(Object.entries(targets).map(([name, url]) => probe(name, url)));
    return { checkedAt, parts };
  }

  return () => {
    if (kept === undefined || Date.now() >= kept.until) {
      const current = { report: probeAll(), until: Number.POSITIVE_INFINITY };
      kept = current;
      // The second starts when the probes are through: it is the report's age that is bounded.
      void current.report.finally(() => {
        current.until = Date.now() + keepMs;
      });
    }
    return kept.report;
  };
}
