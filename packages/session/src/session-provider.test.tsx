import { stubModalDialogs } from "@mullion/ui/testing";
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { type ReactNode } from "react";
import { SWRConfig } from "swr";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { RemoteProvider } from "./remote-provider.tsx";
import { RequireRole } from "./require-role.tsx";
import { SessionProvider } from "./session-provider.tsx";
import { holdTime, pass, problem, settle, TestShell } from "./test-shell.ts";
import { useBff } from "./use-bff.ts";
import { useBffMutation } from "./use-bff-mutation.ts";
import { useSession } from "./use-session.ts";

stubModalDialogs();

const answerSchema = z.object({ path: z.string() });

function Reader(): ReactNode {
  const { data, error } = useBff("/profile/me", answerSchema);
  return <p>{data?.path ?? error?.code ?? "nothing"}</p>;
}

function Writer(): ReactNode {
  const { run } = useBffMutation({ method: "PUT", path: "/profile/me/pins" });
  return (
    <button type="button" onClick={() => void run({ pins: [] })}>
      Save
    </button>
  );
}

function Who(): ReactNode {
  const { session, status, connection } = useSession();
  return <p>{`${status} ${session?.user.name ?? "nobody"} ${connection}`}</p>;
}

function open(shell: TestShell, children: ReactNode, alone = false): void {
  const cache = { provider: () => new Map(), dedupingInterval: 0 };
  render(
    <SWRConfig value={cache}>
      <SessionProvider {...(alone ? {} : { session: shell.view() })}>{children}</SessionProvider>
    </SWRConfig>,
  );
}

async function inTime(seconds: number): Promise<void> {
  await act(async () => pass(seconds));
}

async function click(name: string): Promise<void> {
  fireEvent.click(screen.getByRole("button", { name }));
  await act(settle);
}

beforeEach(() => {
  holdTime();
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

describe("the question before idle logout", () => {
  it("S2.5 is a modal alert that counts down, and staying is the first thing to choose", async () => {
    const shell = new TestShell({ idleSeconds: 100 });
    open(shell, <Who />);
    await inTime(81);
    const dialog = screen.getByRole("alertdialog", { name: "Stay signed in?" });
    expect(dialog.getAttribute("aria-modal")).toBe("true");
    expect(document.activeElement?.textContent).toBe("Stay signed in");
    const before = Number.parseInt(screen.getByRole("timer").textContent, 10);
    await inTime(5);
    expect(Number.parseInt(screen.getByRole("timer").textContent, 10)).toBe(before - 5);
    await click("Stay signed in");
    expect(shell.lines.at(-1)).toBe("POST /api/bff/session/extend");
    expect(screen.queryByRole("alertdialog")).toBeNull();
    expect(screen.getByText("authenticated Ada online")).toBeTruthy();
  });

  it("takes Escape for staying", async () => {
    const shell = new TestShell({ idleSeconds: 100 });
    open(shell, <Who />);
    await inTime(81);
    fireEvent(screen.getByRole("alertdialog"), new Event("cancel", { cancelable: true }));
    await act(settle);
    expect(screen.queryByRole("alertdialog")).toBeNull();
  });

  it("says so when staying failed, and stays open for another try", async () => {
    const shell = new TestShell({ idleSeconds: 100 });
    open(shell, <Who />);
    await inTime(81);
    shell.failure = () => problem(503, "store_unavailable", { "retry-after": "9" });
    await click("Stay signed in");
    expect(screen.getByRole("status").textContent).toContain("could not be reached");
    shell.failure = null;
    await click("Stay signed in");
    expect(screen.queryByRole("alertdialog")).toBeNull();
  });

  it("says of an end that cannot be put off that it cannot", async () => {
    const shell = new TestShell({ totalSeconds: 120 });
    open(shell, <Who />);
    await inTime(61);
    expect(screen.getByRole("alertdialog").textContent).toContain("cannot be prolonged");
    expect(screen.queryByRole("button", { name: "Stay signed in" })).toBeNull();
    await click("Not now");
    expect(screen.queryByRole("alertdialog")).toBeNull();
  });
});

describe("a session that is over", () => {
  it("S0.3 takes the page and the cached data away from whoever looks at the tab next", async () => {
    const shell = new TestShell();
    open(shell, <Reader />);
    await act(settle);
    expect(screen.getByText("/api/bff/profile/me")).toBeTruthy();
    const other = new BroadcastChannel("mullion-session");
    other.postMessage({ type: "ended", reason: "user" });
    await act(settle);
    other.close();
    expect(screen.queryByText("/api/bff/profile/me")).toBeNull();
    expect(screen.getByRole("heading", { level: 1, name: "You are signed out" })).toBeTruthy();
    expect(screen.getByRole("button", { name: "Sign in" })).toBeTruthy();
  });
});

describe("a remote", () => {
  it("S0.3 says its name with every read and write made in its pane, and the host says none", async () => {
    const shell = new TestShell();
    open(
      shell,
      <>
        <RemoteProvider name="analytics">
          <Reader />
          <Writer />
        </RemoteProvider>
      </>,
    );
    await act(settle);
    await click("Save");
    expect(shell.seen.map(({ line, headers }) => [line, headers.get("x-mullion-remote")])).toEqual([
      ["GET /api/bff/profile/me", "analytics"],
      ["PUT /api/bff/profile/me/pins", "analytics"],
    ]);
    cleanup();
    open(shell, <Reader />);
    await act(settle);
    expect(shell.seen.at(-1)?.headers.has("x-mullion-remote")).toBe(false);
  });

  it("S0.3 run alone finds the session by itself", async () => {
    const shell = new TestShell();
    open(
      shell,
      <>
        <Who />
        <RequireRole roles={["member"]}>for members</RequireRole>
      </>,
      true,
    );
    expect(screen.getByText("loading nobody online")).toBeTruthy();
    expect(screen.queryByText("for members")).toBeNull();
    await act(settle);
    expect(screen.getByText("authenticated Ada online")).toBeTruthy();
    expect(screen.getByText("for members")).toBeTruthy();
  });
});

describe("reads that failed", () => {
  it("are repeated when the server said, and not before", async () => {
    const shell = new TestShell();
    shell.failure = () => problem(503, "upstream_busy", { "retry-after": "7" });
    open(shell, <Reader />);
    await act(settle);
    expect(screen.getByText("upstream_busy")).toBeTruthy();
    shell.failure = null;
    await inTime(6.9);
    expect(shell.lines).toHaveLength(1);
    await inTime(0.7);
    expect(screen.getByText("/api/bff/profile/me")).toBeTruthy();
  });

  it("are not repeated where the answer would be the same", async () => {
    const shell = new TestShell();
    shell.failure = () => problem(403, "scope_not_declared");
    open(shell, <Reader />);
    await act(settle);
    await inTime(300);
    expect(shell.lines.filter((line) => line.includes("/profile/me"))).toHaveLength(1);
  });
});
