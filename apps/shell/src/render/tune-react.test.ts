import { createRequire } from "node:module";
import { createElement, type ReactNode, Suspense } from "react";
import { expect, it, vi } from "vitest";
import { tuneReact } from "./tune-react.ts";

const asNext = createRequire(createRequire(import.meta.url).resolve("next/package.json"));
const edge = asNext("react-dom/server.edge") as typeof import("react-dom/server.edge");

const rows = Array.from({ length: 400 }, (_, row) =>
  createElement(
    "p",
    { key: row, className: "row", title: `row ${row}` },
    `what row ${row} says, at some length`,
  ),
);
const page: ReactNode = createElement(
  "main",
  null,
  createElement(
    Suspense,
    { fallback: "still loading" },
    createElement(() => rows),
  ),
);

async function draw(): Promise<{ html: string; encodings: number }> {
  const encode = vi.spyOn(TextEncoder.prototype, "encode");
  const stream = await edge.renderToReadableStream(page);
  await stream.allReady;
  const encodings = encode.mock.calls.length;
  encode.mockRestore();
  return { html: await new Response(stream).text(), encodings };
}

it("P3 a pane of any size is written where it belongs, and not encoded attribute by attribute", async () => {
  const before = await draw();
  expect(before.html).toContain("still loading");
  expect(before.encodings).toBeGreaterThan(400);
  tuneReact();
  const { html, encodings } = await draw();
  expect(html).toMatch(/^<main><!--\$--><p class="row" title="row 0">what row 0 says/);
  expect(html).toContain("what row 399 says");
  expect(html).not.toContain("still loading");
  expect(html).not.toContain("<script");
  expect(encodings).toBeLessThan(10);
});
