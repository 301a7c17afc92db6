import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import { stubModalDialogs } from "./testing/modal-dialogs.ts";

stubModalDialogs();

describe("a dialog", () => {
  afterEach(cleanup);

  it("is modal, named by its title, described by its text, and has the focus on its first action", () => {
    const showModal = vi.spyOn(HTMLDialogElement.prototype, "showModal");
    render(
      <Dialog title="Sure?" role="alertdialog" onCancel={vi.fn()} actions={<Button>Cancel</Button>}>
        It cannot be undone.
      </Dialog>,
    );
    const dialog = screen.getByRole("alertdialog", { name: "Sure?", description: "It cannot be undone." });
    expect(showModal).toHaveBeenCalledOnce();
    expect(dialog.hasAttribute("open")).toBe(true);
    expect(document.activeElement).toBe(screen.getByRole("button", { name: "Cancel" }));
  });

  it("leaves closing on Escape to whoever renders it", () => {
    const onCancel = vi.fn();
    render(
      <Dialog title="Sure?" onCancel={onCancel} actions={<Button>Cancel</Button>}>
        Text
      </Dialog>,
    );
    const dialog = screen.getByRole("dialog");
    const wasPrevented = !fireEvent(dialog, new Event("cancel", { cancelable: true }));
    expect(onCancel).toHaveBeenCalledOnce();
    expect(wasPrevented).toBe(true);
  });
});
