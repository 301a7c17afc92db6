/** Gives jsdom, which has no modal dialogs, as much of them as tests of components need: open, closed, focus. */
export function stubModalDialogs(): void {
  if (typeof HTMLDialogElement === "undefined" || "showModal" in HTMLDialogElement.prototype) return;
  Object.assign(HTMLDialogElement.prototype, {
    showModal(this: HTMLDialogElement) {
      this.open = true;
      this.querySelector<HTMLElement>("button, input, select, a[href]")?.focus();
    },
    close(this: HTMLDialogElement) {
      this.open = false;
    },
  });
}
