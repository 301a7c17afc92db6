import { setFlagsFromString } from "node:v8";
import { runInThisContext } from "node:vm";
import { Pool } from "undici";
import { expect, it, onTestFinished } from "vitest";
import { Cancellation } from "./cancellation.ts";
import { serve } from "./test-neighbours.ts";
import { exchangeWith } from "./upstream-exchange.ts";

setFlagsFromString("--allow-natives-syntax");
const isYoung = runInThisContext("(value) => %InYoungGeneration(value)") as (value: unknown) => boolean;

it("nothing that a call leaves behind is born old: it would keep the call in memory until a full collection", async () => {
  const gateway = await serve((_request, response) => response.end());
  const pool = new Pool(gateway.url);
  onTestFinished(async () => {
    await pool.destroy();
    gateway.server.close();
  });
  const cancellation = new Cancellation();
  const { promise: ended, resolve: onEnd, reject: onFailure } = Promise.withResolvers<undefined>();
  const young: boolean[] = [];
  const look = (): null => {
    young.push(isYoung(cancellation.onCancel));
    return null;
  };
  exchangeWith(pool, {
    ...{ request: { path: "/", method: "GET", body: null }, cancellation, onAnswer: look, onFailure },
    onEnd: () => {
      onEnd(undefined);
    },
  });
  look();
  await ended;
  expect(young).toEqual([true, true]);
});
