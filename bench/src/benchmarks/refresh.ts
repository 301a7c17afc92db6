import { setTimeout as delay } from "node:timers/promises";
import type { Benchmark } from "../benchmark.ts";
import { createMetric, type Metric } from "../metrics.ts";
import { fronts, readProfile, type SessionContext, signIn, withThreeFronts } from "../session-platform.ts";

const requestsPerFront = 1_000;
const crashRounds = 50;
const identityDelayMs = 300;
/** From the first request on: before identity is asked, while it works, and after it answered. */
const crashWithinMs = 600;

/** Refresh across three fronts, with identity slow and the refreshing front killed. */
export const refresh: Benchmark = {
  title: "one refresh for 3 x 1,000 requests with identity 300 ms slow; the refreshing front killed 50 times",
  run: (say) =>
    withThreeFronts(say, async (context) => [...(await burst(context)), ...(await crash(context))]),
};

/** Runs something while identity answers nothing, for the first part of it. */
async function withSlowIdentity<T>({ platform }: SessionContext, work: () => Promise<T>): Promise<T> {
  const identity = platform.process("identity");
  identity.kill("SIGSTOP");
  const resumed = delay(identityDelayMs).then(() => {
    identity.kill("SIGCONT");
  });
  try {
    return await work();
  } finally {
    await resumed;
  }
}

async function burst(context: SessionContext): Promise<Metric[]> {
  const { records, say } = context;
  const sessionId = await signIn(context);
  await records.expireAccessTokens(sessionId);
  const before = await records.rotations();
  const statuses = await withSlowIdentity(context, () =>
    Promise.all(
      fronts.flatMap((front) =>
        Array.from({ length: requestsPerFront }, () => readProfile(context, front, sessionId)),
      ),
    ),
  );
  const rotations = (await records.rotations()) - before;
  const wrong = statuses.filter((status) => status !== 200);
  say(
    `  ${statuses.length} requests, ${rotations} refresh, ${wrong.length} not 200 ${[...new Set(wrong)].join(" ")}`,
  );
  return [
    createMetric("refresh.calls", rotations, "", { atMost: 1 }),
    createMetric("refresh.errors", wrong.length, "", { atMost: 0 }),
  ];
}

/** What became of the session: 503 passes, anything else is the answer. */
async function settle(context: SessionContext, sessionId: string): Promise<number> {
  for (;;) {
    const status = await readProfile(context, "shell", sessionId);
    if (status !== 503) return status;
    await delay(50);
  }
}

async function crash(context: SessionContext): Promise<Metric[]> {
  const { platform, records, say } = context;
  const found = { kept: 0, lost: 0, lostAfterRotation: 0, odd: 0 };
  const repeatedBefore = await records.repeatedAnswers();
  let sessionId = await signIn(context);
  for (let round = 1; round <= crashRounds; round += 1) {
    await records.expireAccessTokens(sessionId);
    const before = await records.rotations();
    const victim = platform.process("shell-2");
    await withSlowIdentity(context, async () => {
      const asked = Array.from({ length: 20 }, () =>
        readProfile(context, "shell-2", sessionId).catch(() => 0),
      );
      await delay(Math.random() * crashWithinMs);
      victim.kill("SIGKILL");
      await Promise.all(asked);
    });
    const restarted = victim.restart();
    const status = await settle(context, sessionId);
    const rotations = (await records.rotations()) - before;
    await restarted;
    if (status === 200) found.kept += 1;
    else if (status === 401 && rotations > 0) found.lostAfterRotation += 1;
    else if (status === 401) found.lost += 1;
    else found.odd += 1;
    if (status === 401) sessionId = await signIn(context);
    if (round % 10 === 0) say(`  crash round ${round} of ${crashRounds}: ${JSON.stringify(found)}`);
  }
  return [
    createMetric("crash.sessions-kept", found.kept, `of ${crashRounds}`, { atLeast: crashRounds }),
    createMetric("crash.answers-repeated", (await records.repeatedAnswers()) - repeatedBefore, ""),
    createMetric("crash.lost-without-rotation", found.lost, "", { atMost: 0 }),
    createMetric("crash.lost-after-rotation", found.lostAfterRotation, "", { atMost: 0 }),
    createMetric("crash.other-outcomes", found.odd, "", { atMost: 0 }),
  ];
}
