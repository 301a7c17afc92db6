import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { BarChart } from "./bar-chart.tsx";

const data = ["Mon", "Tue", "Wed"].map((label, index) => ({
  id: label,
  label,
  shortLabel: label,
  value: index * 10,
}));

function renderChart(): HTMLElement {
  render(
    <BarChart
      title="Sign-ins by day"
      description="Three days"
      category="Day"
      measure="Sign-ins"
      data={data}
      formatValue={String}
    />,
  );
  return screen.getByRole("group", { name: "Sign-ins by day" });
}

describe("bar chart", () => {
  afterEach(cleanup);

  it("reads every value to those who cannot see it", () => {
    renderChart();
    const rows = within(screen.getByRole("table", { name: "Sign-ins by day" })).getAllByRole("row");
    expect(rows.map((row) => row.textContent)).toEqual(["DaySign-ins", "Mon0", "Tue10", "Wed20"]);
  });

  it("walks from bar to bar by arrow keys and stops at the ends", () => {
    const chart = renderChart();
    const press = (key: string): void => void fireEvent.keyDown(chart, { key });
    press("ArrowRight");
    expect(screen.getByText("0 sign-ins")).toBeTruthy();
    press("End");
    press("ArrowRight");
    expect(screen.getByText("20 sign-ins")).toBeTruthy();
    press("ArrowLeft");
    expect(screen.getByText("10 sign-ins")).toBeTruthy();
    press("Escape");
    expect(screen.queryByText("10 sign-ins")).toBeNull();
  });

  it("shows the value under the pointer or finger", () => {
    renderChart();
    const area = screen.getByRole("img", { name: "Sign-ins by day" }).parentElement;
    if (area === null) throw new Error("the drawing has no area");
    area.getBoundingClientRect = () => new DOMRect(100, 0, 300, 100);
    fireEvent.pointerMove(area, { clientX: 390 });
    expect(screen.getByText("20 sign-ins")).toBeTruthy();
    fireEvent.pointerLeave(area);
    expect(screen.queryByText("20 sign-ins")).toBeNull();
  });

  it("draws bars in proportion to a scale that starts at zero", () => {
    renderChart();
    const heights = [...document.querySelectorAll(".mu-chart__bar")].map((bar) => bar.getAttribute("height"));
    expect(heights).toEqual(["0%", "50%", "100%"]);
  });
});
