import type { HealthReport, Profile, RemoteList } from "@mullion/contracts";

export const health: HealthReport = {
  checkedAt: "2026-03-09T10:00:00Z",
  parts: [
    { name: "identity", status: "up", latencyMs: 4.2, detail: null },
    { name: "gateway", status: "degraded", latencyMs: 480, detail: "redis: no answer" },
    { name: "registry", status: "down", latencyMs: null, detail: "connection refused" },
  ],
};

function remote(name: string, artifact: "complete" | "missing"): RemoteList["remotes"][number] {
  return {
    name,
    title: name,
    description: "",
    liveVersion: "0.1.0-3f9c2a1b",
    artifact,
    promotedAt: "2026-03-08T10:00:00Z",
    promotedBy: "mullion-deploy",
    versions: [],
  };
}

export const remotes: RemoteList = { remotes: [remote("user", "complete"), remote("admin", "missing")] };

export const profile: Profile = {
  id: "user-1",
  email: "ada@mullion.test",
  preferences: { displayName: "Ada", locale: "en-GB", timeZone: "UTC", theme: "system", emailDigest: false },
  pins: [],
  updatedAt: null,
};
