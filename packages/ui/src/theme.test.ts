import { beforeEach, describe, expect, it, vi } from "vitest";
import { applyTheme, themeScript } from "./theme.ts";

function shownTheme(): string | undefined {
  return document.documentElement.dataset["theme"];
}

// As the browser does with the script in the document's head.
function loadPage(): void {
  delete document.documentElement.dataset["theme"];
  const script = document.createElement("script");
  script.textContent = themeScript;
  document.head.append(script);
}

describe("theme", () => {
  beforeEach(() => {
    applyTheme("system");
  });

  it.each(["light", "dark"] as const)("chosen as %s stands before the next page's first paint", (theme) => {
    applyTheme(theme);
    loadPage();
    expect(shownTheme()).toBe(theme);
  });

  it("of the system leaves the choice to the stylesheet", () => {
    applyTheme("dark");
    applyTheme("system");
    loadPage();
    expect(shownTheme()).toBeUndefined();
  });

  it("takes no stored value it does not know", () => {
    localStorage.setItem("mullion-theme", '"><script>');
    loadPage();
    expect(shownTheme()).toBeUndefined();
  });

  it("is shown even where storage is switched off", () => {
    vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
      throw new DOMException("denied", "SecurityError");
    });
    applyTheme("dark");
    expect(shownTheme()).toBe("dark");
  });
});
