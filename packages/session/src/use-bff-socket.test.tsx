import { act, cleanup, render, screen } from "@testing-library/react";
import { type ReactNode, useState } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { browserPage } from "./browser-page.ts";
import { SessionProvider } from "./session-provider.tsx";
import { holdTime, pass, settle, TestShell } from "./test-shell.ts";
import { createSocketStub, type SocketStub } from "./testing/index.ts";
import { useBffSocket } from "./use-bff-socket.ts";

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
let server: SocketStub;

beforeEach(() => {
  holdTime();
  vi.spyOn(browserPage, "leave").mockResolvedValue(true);
  server = createSocketStub();
  vi.stubGlobal("WebSocket", server.WebSocket);
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

describe("a live feed", () => {
  it("comes from this site's BFF, and brings what meets the contract", async () => {
    open();
    expect(server.paths).toEqual(["/insights/feed"]);
    await act(async () => {
      server.open();
      for (const n of [1, "two", 3]) server.send({ n });
    });
    expect(screen.getByText("open 1,3 bad_response")).toBeTruthy();
  });

  it("is sought again when it broke off, later each time it fails", async () => {
    open();
    await act(async () => server.open());
    await act(async () => {
      server.close();
      await settle();
    });
    expect(screen.getByText("connecting fine", { collapseWhitespace: true })).toBeTruthy();
    await act(async () => pass(3));
    expect(server.paths).toHaveLength(2);
    await act(async () => {
      server.close();
      await settle();
    });
    await act(async () => pass(2.9));
    expect(server.paths).toHaveLength(2);
    await act(async () => pass(3));
    expect(server.paths).toHaveLength(3);
  });

  it("ends with the session, though a browser is not told why a socket closed", async () => {
    open();
    await act(async () => server.open());
    shell.end();
    await act(async () => {
      server.close();
      await settle();
    });
    await act(async () => pass(120));
    expect(server.paths).toHaveLength(1);
    expect(screen.queryByText(/connecting|open/u)).toBeNull();
  });

  it("is closed while nobody wants it", async () => {
    const show = open();
    await act(async () => server.open());
    show(null);
    expect(screen.getByText(/^closed/u)).toBeTruthy();
    show("/insights/feed");
    expect(server.paths).toHaveLength(2);
  });
});
