import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const folder = import.meta.dirname;
const css = readFileSync(join(folder, "styles.css"), "utf8");

type Theme = "light" | "dark";

function token(name: string, theme: Theme): string {
  const found = new RegExp(`--mu-${name}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)`, "u").exec(css);
  const value = theme === "light" ? found?.[1] : found?.[2];
  if (value === undefined) throw new Error(`no colour --mu-${name}`);
  return value;
}

/** WCAG 2 relative luminance. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((start) => Number.parseInt(colour.slice(start, start + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string, theme: Theme): number {
  const [dark = 0, light = 0] = [luminance(token(a, theme)), luminance(token(b, theme))].toSorted(
    (x, y) => x - y,
  );
  return (light + 0.05) / (dark + 0.05);
}

const grounds = ["frame", "pane", "raised", "sunken", "hover"];
const texts = [
  ...grounds.flatMap((ground) => [
    ["text", ground],
    ["text-muted", ground],
  ]),
  ...["frame", "pane", "raised", "hover"].map((ground) => ["accent", ground]),
  ...["success", "warning", "danger"].flatMap((tone) => [
    [tone, `${tone}-soft`],
    ["text", `${tone}-soft`],
    [tone, "raised"],
  ]),
  ["text", "selected"],
  ["on-accent", "accent"],
  ["on-accent", "accent-hover"],
  ["on-accent-soft", "accent-soft"],
  ["text", "accent-soft"],
];
// Edges of controls and focus rings: WCAG 1.4.11.
const edges = ["pane", "raised"].flatMap((ground) => [
  ["line-strong", ground],
  ["focus", ground],
]);

describe.each(["light", "dark"] as const)("colours of the %s theme", (theme) => {
  it.each(texts)("make %s readable on %s", (text, ground) => {
    expect(contrast(text, ground, theme)).toBeGreaterThanOrEqual(4.5);
  });

  it.each(edges)("make %s visible on %s", (edge, ground) => {
    expect(contrast(edge, ground, theme)).toBeGreaterThanOrEqual(3);
  });
});

function classesIn(text: string): Set<string> {
  return new Set([...text.matchAll(/\bmu-[a-z]+(?:[-_]+[a-z]+)*/gu)].map(([name]) => name));
}

describe("classes", () => {
  const styled = classesIn(css.replaceAll(/\/\*[\s\S]*?\*\//gu, "").replaceAll(/--mu-[a-z0-9-]+/gu, ""));

  it("named by components all exist in the stylesheet", () => {
    const sources = readdirSync(folder).filter((file) => /(?<!\.test)\.tsx$/u.test(file));
    const named = sources.flatMap((file) => [...classesIn(readFileSync(join(folder, file), "utf8"))]);
    expect(named.filter((name) => !styled.has(name)).toSorted()).toEqual([]);
  });

  it("that identity's pages rely on are there", () => {
    const promised = ["page", "card", "button", "button--primary", "field", "field__label", "field__input"];
    const others = ["field__error", "alert", "alert--danger", "brand", "stack"];
    for (const name of [...promised, ...others]) expect(styled).toContain(`mu-${name}`);
  });
});
