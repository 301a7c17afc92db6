import { getEventListeners } from "node:events";
import type { RequestListener } from "node:http";
import { apiRoutes } from "@mullion/contracts";
import { Pool } from "undici";
import { expect, it, onTestFinished } from "vitest";
import type { ApiAccess } from "./options.ts";
import { type ApiAnswer, readApi } from "./read-api.ts";
import { serve } from "./test-neighbours.ts";

/** Reads for a page, past the session store, from a gateway that answers like this. */
async function readFrom(answer: RequestListener, signal: AbortSignal): Promise<ApiAnswer> {
  const gateway = await serve(answer);
  const pool = new Pool(gateway.url);
  onTestFinished(async () => {
    await pool.destroy();
    gateway.server.close();
  });
  const access: ApiAccess = {
    ...{ routes: apiRoutes, gateway: pool, sessionRoutes: {}, declaredScopes: () => null },
    tokens: {
      getAccessToken: async () => "access",
      replaceRefused: async () => null,
      settled: async () => undefined,
    },
  };
  const page = { sessionId: "sid", remote: undefined, requestId: "request-1", signal };
  return readApi(access, { ...page, path: "/profile/me" });
}

it("a read that has its answer leaves nothing at the time limit of its page, which would keep it until then", async () => {
  const { signal } = new AbortController();
  let listeningMeanwhile = 0;
  const answer = await readFrom((_request, response) => {
    listeningMeanwhile = getEventListeners(signal, "abort").length;
    response.end('{"ok":true}');
  }, signal);
  expect(answer).toEqual({ status: 200, data: { ok: true } });
  expect(listeningMeanwhile).toBe(1);
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
});

it("neither does one that failed", async () => {
  const { signal } = new AbortController();
  const refused = readFrom((_request, response) => response.writeHead(401).end(), signal);
  await expect(refused).rejects.toMatchObject({ code: "upstream_refused_token" });
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
});

it("a read ends with the time limit of its page", async () => {
  const limit = new AbortController();
  await expect(readFrom(() => limit.abort(), limit.signal)).rejects.toMatchObject({
    code: "UND_ERR_ABORTED",
  });
});
