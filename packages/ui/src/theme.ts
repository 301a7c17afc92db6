import { useSyncExternalStore } from "react";

/** `system` follows the machine. */
export type Theme = "system" | "light" | "dark";

const storageKey = "mullion-theme";
const changed = "mullion-theme-change";

/**
 * Script for the document's head: applies the stored theme before the first paint. It holds nothing that varies, so
 * its hash can stand in a content security policy.
 */
export const themeScript = `try{var t=localStorage.getItem("${storageKey}");if(t==="light"||t==="dark")document.documentElement.dataset.theme=t}catch{}`;

function readTheme(): Theme {
  const { theme } = document.documentElement.dataset;
  return theme === "light" || theme === "dark" ? theme : "system";
}

function show(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}

/** Shows the page in the theme and remembers it in this browser. Browser only. */
export function applyTheme(theme: Theme): void {
  show(theme);
  try {
    if (theme === "system") localStorage.removeItem(storageKey);
    else localStorage.setItem(storageKey, theme);
  } catch {
    // Storage may be switched off: the theme then lasts as long as the page.
  }
  window.dispatchEvent(new Event(changed));
}

function subscribe(onChange: () => void): () => void {
  const onStorage = (event: StorageEvent): void => {
    if (event.key !== storageKey) return;
    show(event.newValue === "light" || event.newValue === "dark" ? event.newValue : "system");
    onChange();
  };
  window.addEventListener(changed, onChange);
  window.addEventListener("storage", onStorage);
  return () => {
    window.removeEventListener(changed, onChange);
    window.removeEventListener("storage", onStorage);
  };
}

/** The theme in use; `system` on the server and until hydration has finished, so that both render the same. */
export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, readTheme, () => "system");
}
