import { setFlagsFromString } from "node:v8";
import { runInThisContext } from "node:vm";
import { Pool } from "undici";
import { expect, it, onTestFinished } from "vitest";
import { Cancellation } from "./cancellation.ts";
import { serve } from "./test-neighbours.ts";
import { exchangeWith } from "./upstream-exchange.ts";

setFlagsFromString("--allow-natives-syntax");
const isYoung = runInThisContext("(value) => %InYoungGeneration(value)") as (value: unknown) => boolean;

/** Tells, for each function that is put there, whether it was born young: a moment later it may have grown old. */
function watchedCancellation(): { cancellation: Cancellation; bornYoung: boolean[] } {
  const bornYoung: boolean[] = [];
  const cancellation = new Cancellation();
  Object.defineProperty(cancellation, "onCancel", {
    set: (value: unknown) => {
      if (typeof value === "function") bornYoung.push(isYoung(value));
    },
  });
  return { cancellation, bornYoung };
}

it("nothing that a call leaves behind is born old: it would keep the call in memory until a full collection", async () => {
  const gateway = await serve((_request, response) => response.end());
  const pool = new Pool(gateway.url);
  onTestFinished(async () => {
    await pool.destroy();
    gateway.server.close();
  });
  const { cancellation, bornYoung } = watchedCancellation();
  const { promise: ended, resolve: onEnd, reject: onFailure } = Promise.withResolvers<undefined>();
  exchangeWith(pool, {
    ...{ request: { path: "/", method: "GET", body: null }, cancellation, onAnswer: () => null, onFailure },
    onEnd: () => {
      onEnd(undefined);
    },
  });
  await ended;
  expect(bornYoung).toEqual([true, true]);
});
