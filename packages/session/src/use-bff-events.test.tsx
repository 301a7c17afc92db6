import { act, cleanup, render, screen } from "@testing-library/react";
import { type ReactNode, useState } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { browserPage } from "./browser-page.ts";
import { RemoteProvider } from "./remote-provider.tsx";
import { SessionProvider } from "./session-provider.tsx";
import { holdTime, pass, problem, settle, TestShell } from "./test-shell.ts";
import { useBffEvents } from "./use-bff-events.ts";

const events = { health: z.object({ up: z.number() }) };

function Live(): ReactNode {
  const [last, setLast] = useState(-1);
  const { status, error } = useBffEvents("/insights/live", {
    events,
    onEvent: ({ data }) => {
      setLast(data.up);
    },
  });
  return <p>{`${status} ${String(last)} ${error?.code ?? "fine"}`}</p>;
}

/** A stream whose server side the test holds. */
function stream(): { readonly response: Response; send(text: string): Promise<void>; end(): Promise<void> } {
  let held: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      held = controller;
    },
  });
  return {
    response: new Response(body, { headers: { "content-type": "text/event-stream" } }),
    send: async (text) => {
      held?.enqueue(new TextEncoder().encode(text));
      await act(settle);
    },
    end: async () => {
      held?.close();
      await act(settle);
    },
  };
}

let shell: TestShell;

function open(answers: (() => Response)[]): void {
  shell.failure = () => answers.shift()?.() ?? problem(502, "upstream_unreachable");
  render(
    <SessionProvider session={shell.view()}>
      <RemoteProvider name="dashboard">
        <Live />
      </RemoteProvider>
    </SessionProvider>,
  );
}

beforeEach(() => {
  holdTime();
  vi.spyOn(browserPage, "leave").mockResolvedValue(true);
  shell = new TestShell();
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

describe("live events", () => {
  it("arrive whole, however the network cut them, and leave out what nobody asked for", async () => {
    const first = stream();
    open([() => first.response]);
    await act(settle);
    await first.send(': hello\n\nevent: other\ndata: 1\n\nevent: health\ndata: {"u');
    expect(screen.getByText("open -1 fine")).toBeTruthy();
    await first.send('p":4}\n\n');
    expect(screen.getByText("open 4 fine")).toBeTruthy();
  });

  it("S2.5 S2.6 are asked for with the header no other site can send, for their remote, and prolong no session", async () => {
    open([() => stream().response]);
    await act(settle);
    const headers = shell.seen.at(-1)?.headers;
    expect(headers?.get("x-mullion-csrf")).toBe("1");
    expect(headers?.get("x-mullion-background")).toBe("1");
    expect(headers?.get("x-mullion-remote")).toBe("dashboard");
    expect(headers?.get("accept")).toBe("text/event-stream");
  });

  it("go on after the last one seen when the stream is cut", async () => {
    const [first, second] = [stream(), stream()];
    open([() => first.response, () => second.response]);
    await act(settle);
    await first.send('id: 41\nevent: health\ndata: {"up":1}\n\n');
    await first.end();
    expect(screen.getByText("connecting 1 fine")).toBeTruthy();
    await act(async () => pass(3));
    expect(shell.seen.at(-1)?.headers.get("last-event-id")).toBe("41");
    await second.send('event: health\ndata: {"up":2}\n\n');
    expect(screen.getByText("open 2 fine")).toBeTruthy();
  });

  it("are given up when the session is over", async () => {
    const first = stream();
    open([() => first.response, () => problem(401, "session_ended")]);
    await act(settle);
    vi.spyOn(document, "visibilityState", "get").mockReturnValue("visible");
    await first.end();
    const asked = shell.seen.length;
    await act(async () => pass(120));
    expect(shell.lines.filter((line) => line.includes("/insights/live"))).toHaveLength(asked + 1);
    expect(screen.queryByText(/open/u)).toBeNull();
  });

  it("are given up, with the reason, when they may not be had", async () => {
    open([() => problem(403, "scope_not_declared")]);
    await act(settle);
    expect(screen.getByText("closed -1 scope_not_declared")).toBeTruthy();
    await act(async () => pass(120));
    expect(shell.lines).toHaveLength(1);
  });

  it("are sought again when the server has said nothing for too long", async () => {
    open([() => stream().response, () => stream().response]);
    await act(settle);
    await act(async () => pass(50));
    expect(shell.lines).toHaveLength(2);
  });

  it("are told apart from what does not meet the contract", async () => {
    const first = stream();
    open([() => first.response]);
    await act(settle);
    await first.send('event: health\ndata: {"up":"many"}\n\n');
    expect(screen.getByText("open -1 bad_response")).toBeTruthy();
  });

  it("take no connection while nobody sees the tab", async () => {
    const visibility = vi.spyOn(document, "visibilityState", "get").mockReturnValue("visible");
    open([() => stream().response, () => stream().response]);
    await act(settle);
    visibility.mockReturnValue("hidden");
    await act(async () => document.dispatchEvent(new Event("visibilitychange")));
    await act(async () => pass(100));
    expect(shell.lines.filter((line) => line.includes("live"))).toHaveLength(1);
    visibility.mockReturnValue("visible");
    await act(async () => document.dispatchEvent(new Event("visibilitychange")));
    await act(settle);
    expect(shell.lines.filter((line) => line.includes("live"))).toHaveLength(2);
  });
});
