import { cleanup, render, screen } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ReleaseDescriptor } from "./descriptor.ts";
import { onPaneEvent, type PaneEvent } from "./events.ts";
import { RemoteModule } from "./remote-module.tsx";
import { hostState } from "./runtime/host-instance.ts";

const integrity = `sha384-${"A".repeat(64)}`;
// Files are asked for again after a pause, on machines that do other things as well.
const patience = { timeout: 5_000 };
let builds = 0;

/** The host's federation runtime with one remote, which a test makes work or fail. */
function host(load: () => ReactNode) {
  const evaluations: string[] = [];
  const instance = {
    options: { remotes: [] as { name: string }[] },
    moduleCache: new Map(),
    remoteHandler: { removeRemote: ({ name }: { name: string }) => evaluations.push(`dropped ${name}`) },
    registerRemotes: (remotes: { name: string }[]) => instance.options.remotes.push(...remotes),
    loadRemote: async () => ({ default: load }),
  };
  Reflect.set(hostState(), "instance", instance);
  return evaluations;
}

describe("pane of a remote", () => {
  let remote: ReleaseDescriptor;
  let failures: number;
  let asked: string[];
  let events: PaneEvent[];

  beforeEach(() => {
    vi.useFakeTimers({ shouldAdvanceTime: true, advanceTimeDelta: 100 });
    builds += 1;
    [failures, asked, events] = [0, [], []];
    const version = `1.0.0-build${builds}x`;
    remote = {
      ...{ kind: "release", name: "billing", title: "Billing", version, expose: "./app" },
      ...{ container: `billing_${builds}`, bases: [`https://files.test/billing/${version}/`] },
      ...{ entry: { path: "entry.js", integrity }, scripts: [], styles: [], hashes: null },
    };
    vi.spyOn(console, "error").mockReturnValue();
    onPaneEvent((event) => events.push(event));
    // jsdom loads nothing: an element that is put into the page is told what became of it.
    vi.spyOn(document.head, "append").mockImplementation((node) => {
      const script = node as HTMLScriptElement;
      asked.push(script.src);
      const fails = failures > 0;
      failures -= 1;
      queueMicrotask(() => script.dispatchEvent(new Event(fails ? "error" : "load")));
    });
    vi.stubGlobal("fetch", async () => new Response(null, { status: 404 }));
  });
  afterEach(() => {
    cleanup();
    vi.useRealTimers();
  });

  const show = (available: boolean) =>
    render(
      <RemoteModule
        remote={remote}
        available={available}
        pending={<p>on its way</p>}
        renderFailure={() => <p>not available</p>}
      />,
    );
  const codes = (): string[] => events.map((event) => (event.kind === "failed" ? event.code : event.kind));

  it("P12 what the server could not load in time is loaded by the browser at once, without a fallback before", async () => {
    host(() => <p>invoices</p>);
    show(false);
    expect(screen.getByText("on its way")).toBeTruthy();
    expect(await screen.findByText("invoices")).toBeTruthy();
    // What the pane tells comes after it is in the page.
    await vi.waitFor(() => {
      expect(codes()).toEqual(["shown"]);
    });
  });

  it("P12 falls back when its files do not come, and comes by itself when they do", async () => {
    host(() => <p>invoices</p>);
    failures = 2;
    show(true);
    expect(await screen.findByText("not available", undefined, patience)).toBeTruthy();
    expect(await screen.findByText("invoices", undefined, patience)).toBeTruthy();
    await vi.waitFor(() => {
      expect(codes()).toEqual(["remote_unavailable", "shown"]);
    });
    expect(asked).toHaveLength(3);
  });

  it("P12 an error of its code stays in the pane, which tries again", async () => {
    let broken = true;
    host(() => {
      if (broken) throw new Error("boom");
      return <p>invoices</p>;
    });
    show(true);
    expect(await screen.findByText("not available", undefined, patience)).toBeTruthy();
    broken = false;
    expect(await screen.findByText("invoices", undefined, patience)).toBeTruthy();
    await vi.waitFor(() => {
      expect(codes()).toEqual(["render_failed", "shown"]);
    });
  });

  it("P12 code that missed a later file is dropped and run again, for what failed in it stays failed", async () => {
    let missing = true;
    const evaluations = host(() => {
      if (missing) throw new Error("Loading chunk 7 failed.");
      return <p>invoices</p>;
    });
    show(true);
    expect(await screen.findByText("not available", undefined, patience)).toBeTruthy();
    missing = false;
    expect(await screen.findByText("invoices", undefined, patience)).toBeTruthy();
    expect(evaluations).toEqual([`dropped ${remote.container}`]);
    expect(asked.filter((url) => url.includes("entry.js"))).toHaveLength(2);
  });
});
