import { act, cleanup, render, screen } from "@testing-library/react";
import { type ReactNode, useState } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { browserPage } from "./browser-page.ts";
import { SessionProvider } from "./session-provider.tsx";
import { holdTime, pass, settle, TestShell } from "./test-shell.ts";
import { useBffSocket } from "./use-bff-socket.ts";

/** A browser's end of a WebSocket; the test is the server. */
class TestSocket extends EventTarget {
  static all: TestSocket[] = [];
  isClosed = false;
  readonly url: string;

  constructor(url: string) {
    super();
    this.url = url;
    TestSocket.all.push(this);
  }
  close(): void {
    this.isClosed = true;
    this.dispatchEvent(new Event("close"));
  }
  open(): void {
    this.dispatchEvent(new Event("open"));
  }
  say(data: string): void {
    this.dispatchEvent(new MessageEvent("message", { data }));
  }
}

function Feed({ path }: { readonly path: string | null }): ReactNode {
  const [seen, setSeen] = useState<number[]>([]);
  const { status, error } = useBffSocket(path, {
    schema: z.object({ n: z.number() }),
    onMessage: ({ n }) => {
      setSeen((current) => [...current, n]);
    },
  });
  return <p>{`${status} ${seen.join(",")} ${error?.code ?? "fine"}`}</p>;
}

let shell: TestShell;

beforeEach(() => {
  holdTime();
  vi.spyOn(browserPage, "leave").mockResolvedValue(true);
  TestSocket.all = [];
  vi.stubGlobal("WebSocket", TestSocket);
  shell = new TestShell();
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

function open(path: string | null = "/insights/feed"): (path: string | null) => void {
  const page = (current: string | null): ReactNode => (
    <SessionProvider session={shell.view()}>
      <Feed path={current} />
    </SessionProvider>
  );
  const { rerender } = render(page(path));
  return (next) => {
    rerender(page(next));
  };
}

function latest(): TestSocket {
  const socket = TestSocket.all.at(-1);
  if (socket === undefined) throw new Error("nobody has connected");
  return socket;
}

describe("a live feed", () => {
  it("comes from this site's BFF, and brings what meets the contract", async () => {
    open();
    expect(latest().url).toBe(`ws://${window.location.host}/api/bff/insights/feed`);
    await act(async () => {
      latest().open();
      latest().say('{"n":1}');
      latest().say('{"n":"two"}');
      latest().say('{"n":3}');
    });
    expect(screen.getByText("open 1,3 bad_response")).toBeTruthy();
  });

  it("is sought again when it broke off, later each time it fails", async () => {
    open();
    await act(async () => latest().open());
    await act(async () => {
      latest().close();
      await settle();
    });
    expect(screen.getByText("connecting fine", { collapseWhitespace: true })).toBeTruthy();
    await act(async () => pass(3));
    expect(TestSocket.all).toHaveLength(2);
    await act(async () => {
      latest().close();
      await settle();
    });
    await act(async () => pass(2.9));
    expect(TestSocket.all).toHaveLength(2);
    await act(async () => pass(3));
    expect(TestSocket.all).toHaveLength(3);
  });

  it("ends with the session, though a browser is not told why a socket closed", async () => {
    open();
    await act(async () => latest().open());
    shell.end();
    await act(async () => {
      latest().close();
      await settle();
    });
    await act(async () => pass(120));
    expect(TestSocket.all).toHaveLength(1);
    expect(screen.queryByText(/connecting|open/u)).toBeNull();
  });

  it("is closed while nobody wants it", async () => {
    const show = open();
    await act(async () => latest().open());
    show(null);
    expect(latest().isClosed).toBe(true);
    expect(screen.getByText(/^closed/u)).toBeTruthy();
    show("/insights/feed");
    expect(TestSocket.all).toHaveLength(2);
  });
});
