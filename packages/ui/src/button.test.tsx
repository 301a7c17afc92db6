import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Button } from "./button.tsx";

describe("button", () => {
  afterEach(cleanup);

  it("sends a form once, not again while it is busy, and keeps its focus", () => {
    const submit = vi.fn((event: Event) => {
      event.preventDefault();
    });
    const form = (busy: boolean): React.ReactNode => (
      <form onSubmit={(event) => submit(event.nativeEvent)}>
        <Button type="submit" busy={busy}>
          Save
        </Button>
      </form>
    );
    const { rerender } = render(form(false));
    const button = screen.getByRole("button", { name: "Save" });
    button.focus();
    fireEvent.click(button);
    rerender(form(true));
    fireEvent.click(button);
    expect(submit).toHaveBeenCalledTimes(1);
    expect(document.activeElement).toBe(button);
  });

  it("submits no form unless it says so", () => {
    render(<Button>Cancel</Button>);
    expect(screen.getByRole("button").getAttribute("type")).toBe("button");
  });
});
