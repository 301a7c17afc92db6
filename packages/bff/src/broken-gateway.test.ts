import { PassThrough } from "node:stream";
import { apiAudience, defineRoutes, type ServiceRoute, serviceRoutes } from "@mullion/contracts";
import { Pool } from "undici";
import { describe, expect, it, onTestFinished } from "vitest";
import { Cancellation } from "./cancellation.ts";
import { forward } from "./forward.ts";
import { serve } from "./test-neighbours.ts";

describe("forwarding to a gateway that breaks", () => {
  const route = serviceRoutes(
    defineRoutes([
      {
        ...{ auth: "jwt", upstream: "profile", audience: apiAudience, timeoutMs: 1_000 },
        ...{ id: "read", method: "GET", path: "/read", bodyLimitBytes: 0, scope: "profile:read", retries: 2 },
      },
    ]),
  )[0] as ServiceRoute;

  /** Reads from a gateway that writes this to every connection and closes it; returns what came of it. */
  const readFrom = async (answer: string): Promise<{ outcome: unknown; asked: number }> => {
    let asked = 0;
    const { url, server } = await serve((request) => {
      asked += 1;
      request.socket.end(answer);
    });
    const pool = new Pool(url);
    onTestFinished(async () => {
      await pool.destroy();
      server.close();
    });
    const call = {
      ...{ route, path: "/read", accessToken: "t", requestId: "r", headers: {}, body: null },
      cancellation: new Cancellation(),
      replaceRefused: async () => null,
    };
    const outcome = await forward(pool, call, () => new PassThrough().resume()).then(
      () => "answered",
      (error: unknown) => error,
    );
    return { outcome, asked };
  };

  it("an answer of which a part was sent on is not asked for again", async () => {
    const { outcome, asked } = await readFrom("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf");
    expect(outcome).toMatchObject({ code: "upstream_unreachable" });
    expect(asked).toBe(1);
  });

  it.each([
    ["no HTTP", "SSH-2.0-OpenSSH_9\r\n"],
    ["headers without end", `HTTP/1.1 200 OK\r\nx-long: ${"x".repeat(40_000)}\r\n\r\n`],
  ])("%s is 502, after as many attempts as the route has", async (_name, answer) => {
    const { outcome, asked } = await readFrom(answer);
    expect(outcome).toMatchObject({ status: 502, code: "upstream_unreachable" });
    expect(asked).toBe(3);
  });
});
