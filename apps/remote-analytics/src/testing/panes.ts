import type { PaneHealth, PaneHealthList } from "@mullion/contracts";

const unseen: Omit<PaneHealth, "remote" | "version"> = {
  ...{ shown: 0, failed: 0, errors: 0, loadMs: null, bytes: null },
  vitals: { LCP: null, INP: null, CLS: null, FCP: null, TTFB: null },
  samples: { loadMs: 0, LCP: 0, INP: 0 },
  distributions: { loadMs: [], LCP: [], INP: [] },
};

/** Two versions of one remote: one fast, one that fails and is slow. */
export const panes: PaneHealthList = {
  since: "2026-03-08T10:00:00Z",
  panes: [
    {
      ...{ ...unseen, remote: "user", version: "1.0.0-aaaaaaaa", shown: 400, loadMs: 120, bytes: 48_000 },
      vitals: { LCP: 1_200, INP: 80, CLS: 0.02, FCP: 800, TTFB: 90 },
    },
    {
      ...{ ...unseen, remote: "user", version: "1.1.0-bbbbbbbb", shown: 75, failed: 25, errors: 3 },
      vitals: { ...unseen.vitals, LCP: 4_100 },
    },
  ],
};
