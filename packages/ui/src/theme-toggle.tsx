import type { ReactNode } from "react";
import { Segments } from "./segments.tsx";
import { applyTheme, type Theme, useTheme } from "./theme.ts";

const choices = [
  { value: "system", label: "System theme", icon: "system" },
  { value: "light", label: "Light theme", icon: "sun" },
  { value: "dark", label: "Dark theme", icon: "moon" },
] as const;

/** Chooses between the machine's theme, light and dark, for this browser. */
export function ThemeToggle(): ReactNode {
  const theme = useTheme();
  return <Segments<Theme> label="Theme" iconsOnly choices={choices} value={theme} onChange={applyTheme} />;
}
