import { act, cleanup, render } from "@testing-library/react";
import axe from "axe-core";
import { hydrateRoot, type Root } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Gallery } from "./testing/gallery.tsx";
import { stubModalDialogs } from "./testing/modal-dialogs.ts";
import { applyTheme } from "./theme.ts";

stubModalDialogs();

describe("every component", () => {
  afterEach(() => {
    cleanup();
    applyTheme("system");
  });

  it("passes axe", async () => {
    const { baseElement } = render(<Gallery />);
    // Contrast needs a layout; styles.test.ts computes it from the tokens.
    const { violations } = await axe.run(baseElement, { rules: { "color-contrast": { enabled: false } } });
    expect(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)])).toEqual([]);
  });

  it("hydrates without a mismatch, whatever theme this browser remembers", async () => {
    const warnings = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const recovered = vi.fn();
    const container = document.createElement("div");
    document.body.append(container);
    container.innerHTML = renderToString(<Gallery />);
    applyTheme("dark");
    let root: Root | undefined;
    await act(async () => {
      root = hydrateRoot(container, <Gallery />, { onRecoverableError: recovered });
    });
    expect(recovered).not.toHaveBeenCalled();
    expect(warnings).not.toHaveBeenCalled();
    expect(container.querySelector<HTMLInputElement>("input[value=dark]")?.checked).toBe(true);
    await act(async () => root?.unmount());
    container.remove();
  });

  it("is rendered the same wherever and whenever the server runs", () => {
    const here = renderToString(<Gallery />);
    vi.stubEnv("TZ", "Pacific/Auckland");
    vi.useFakeTimers({ now: new Date("2031-01-01T00:00:00Z") });
    expect(renderToString(<Gallery />)).toBe(here);
    vi.useRealTimers();
  });

  it("needs no inline style, which a strict content security policy refuses", () => {
    expect(renderToString(<Gallery />)).not.toMatch(/\sstyle=/u);
  });
});
