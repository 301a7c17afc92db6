import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { entryOf, startTestPages, type TestPages } from "./test-pages.ts";

describe("render", () => {
  let pages: TestPages;
  beforeAll(async () => {
    pages = await startTestPages();
  });
  afterAll(async () => {
    await pages.close();
  });

  it("draws a remote's page", async () => {
    const remote = pages.publish("honest", "1.0.0-aaaaaa", (name) =>
      entryOf(name, { draw: '"hello from it"' }),
    );
    const page = await pages.open(remote);
    expect(page.status).toBe(200);
    expect(page.html).toContain("hello from it");
  });
});
