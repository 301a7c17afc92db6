import { platformEventSchema } from "@mullion/contracts";
import { expect, it, onTestFinished } from "vitest";
import { createTestGateway } from "./test-gateway.ts";

it("emits what was requested by route and class of status, and nothing for health checks or unlisted paths", async () => {
  const gateway = await createTestGateway();
  onTestFinished(() => gateway.close());
  const headers = { authorization: await gateway.bearer() };
  const get = (path: string, init?: RequestInit) => fetch(gateway.url + path, init);
  await Promise.all([
    get("/profile/me", { headers }),
    get("/profile/me", { headers }),
    get("/profile/me"),
    get("/insights/health", { headers }),
    get("/healthz"),
    get("/readyz"),
    get("/metrics"),
    get("/nope", { headers }),
  ]);
  const total = () =>
    gateway.events.reduce((sum, event) => sum + (event.type === "requests" ? event.count : 0), 0);
  await expect.poll(total).toBe(4);

  const counts: Record<string, number> = {};
  for (const event of gateway.events) {
    expect(platformEventSchema.parse(event)).toEqual(event);
    if (event.type !== "requests") continue;
    const key = `${event.routeId} ${event.statusClass}`;
    counts[key] = (counts[key] ?? 0) + event.count;
  }
  expect(counts).toEqual({ "profile.me 2xx": 2, "profile.me 4xx": 1, "insights.health 2xx": 1 });
});
