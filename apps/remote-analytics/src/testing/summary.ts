import type { Profile, Summary } from "@mullion/contracts";

function days(count: number): Summary["days"] {
  return Array.from({ length: count }, (_, index) => ({
    date: new Date(Date.UTC(2026, 2, 9 - (count - 1 - index))).toISOString().slice(0, 10),
    signIns: 2,
    signInFailures: 1,
    requests: 100,
    failedRequests: 5,
  }));
}

/** A summary of `count` days that end on 9 March 2026. */
export function summaryOf(count: number): Summary {
  return {
    days: days(count),
    routes: [
      { routeId: "profile.me", requests: 10, failedRequests: 0 },
      { routeId: "insights.health", requests: 90, failedRequests: 9 },
    ],
    annotations: [],
  };
}

export const profile: Profile = {
  id: "user-1",
  email: "ada@mullion.test",
  preferences: { displayName: "Ada", locale: "en-GB", timeZone: "UTC", theme: "system", emailDigest: false },
  pins: [],
  updatedAt: null,
};
