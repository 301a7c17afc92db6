import { createBffStub, Pane, type StubbedAnswer } from "@mullion/session/testing";
import { createFormatter } from "@mullion/ui";
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Panes } from "./panes.tsx";
import { panes } from "./testing/panes.ts";

function setUp(answer: StubbedAnswer): void {
  vi.stubGlobal("fetch", createBffStub(() => answer).fetch);
  render(
    <Pane>
      <Panes format={createFormatter()} />
    </Pane>,
  );
}

describe("remotes in people's browsers", () => {
  afterEach(cleanup);

  it("P18 each version has its views, failures, times and bytes", async () => {
    setUp({ body: panes });
    const row = await screen.findByRole("row", { name: /1\.0\.0-aaaaaaaa/u });
    const figures = [...row.querySelectorAll("td")].map((cell) => cell.lastChild?.textContent);
    expect(figures).toEqual(["400", "0%", "0%", "120 ms", "1,200 ms", "80 ms", "0.02", "48 kB"]);
  });

  it("P18 marks what is slower than good, and leaves open what nobody measured", async () => {
    setUp({ body: panes });
    const row = await screen.findByRole("row", { name: /1\.1\.0-bbbbbbbb/u });
    expect(row.textContent).toContain("25%");
    expect([...row.querySelectorAll(".mu-badge")].map(({ textContent }) => textContent)).toEqual([
      "4,100 ms",
    ]);
    expect([...row.querySelectorAll("td")].at(-1)?.lastChild?.textContent).toBe("–");
  });

  it("says that nothing was shown yet, and why figures are missing", async () => {
    setUp({ body: { ...panes, panes: [] } });
    expect(await screen.findByText("Nothing yet")).toBeTruthy();
    cleanup();
    setUp({ status: 504, body: { title: "Too late", status: 504, code: "upstream_timeout" } });
    expect((await screen.findByRole("alert")).textContent).toContain("Too late");
  });
});
