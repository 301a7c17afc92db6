import { expect, it } from "vitest";
import { withoutEntryLayers } from "./layers.ts";

it("every page entry says it is in no layer, so that Next adds none; API entries and explicit layers stay", async () => {
  const entry = withoutEntryLayers(async () => ({
    "pages/_app": "app.js",
    main: { import: ["a.js", "b.js"] },
    edge: { import: "c.js", layer: "edge" },
    "pages/api/x": "x.js",
  }));
  expect(await entry()).toEqual({
    "pages/_app": { import: "app.js", layer: null },
    main: { import: ["a.js", "b.js"], layer: null },
    edge: { import: "c.js", layer: "edge" },
    "pages/api/x": "x.js",
  });
});
