import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { forge } from "./attacks.ts";
import { entryOf, startTestPages, type TestPages, type TestRemote } from "./test-pages.ts";

/** Answers front's question whether render is alive, and never comes back. */
const loopAlive = `(() => {
  ${forge}
  const pause = new Int32Array(new SharedArrayBuffer(4));
  writeSync(2, "looping\\n");
  for (;;) { send({ type: "beat" }); Atomics.wait(pause, 0, 0, 100); }
})()`;
/** So long a page is waited for: longer than render may give no sign of life. */
const pageTimeoutMs = 4_000;

// Render processes are started anew in every test.
describe("a hostile remote that says it is alive", { timeout: 60_000 }, () => {
  let pages: TestPages;
  beforeEach(async () => {
    pages = await startTestPages({ stuckAfterMs: 1_000 }, pageTimeoutMs);
    await pages.render.connect();
  }, 60_000);
  afterEach(async () => {
    await pages.close();
  });
  const publish = (name: string, what: Parameters<typeof entryOf>[1]): TestRemote =>
    pages.publish(name, "1.0.0-aaaaaa", (container) => entryOf(container, what));
  const quarantineOf = ({ name, version }: TestRemote, code: string): unknown[] => [
    { remote: name, version, code },
  ];

  it("SEC-56 one that loops and forges signs of life is found by its pages: browsers draw it from then on", async () => {
    const hostile = publish("hostile", { draw: loopAlive });
    const opened = await Promise.allSettled([1, 2, 3].map(() => pages.open(hostile)));
    expect(opened.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(pages.faults).toEqual(quarantineOf(hostile, "render_stuck"));
    const page = await pages.open(hostile);
    expect(page.status).toBe(200);
    expect((await pages.open(publish("honest", { draw: '"mine"' }))).html).toContain("mine");
  });

  it("SEC-56 whose page was kept waiting by it is a suspect once, and not held to be the reason", async () => {
    const hostile = publish("hostile", { draw: loopAlive });
    const honest = publish("honest", { draw: '"mine"' });
    const other = publish("other", { draw: '"mine, too"' });
    const first = pages.open(hostile);
    await expect.poll(() => pages.lines.join("")).toContain("looping");
    const opened = await Promise.allSettled([first, pages.open(honest), pages.open(other)]);
    expect(opened.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect((await pages.open(hostile)).status).toBe(200);
    expect((await pages.open(honest)).html).toContain("mine");
    expect((await pages.open(other)).html).toContain("mine, too");
    expect(pages.faults).toEqual(quarantineOf(hostile, "render_stuck"));
  });

  it("SEC-56 one that closes all connections for pages and lives on ends: the pages arrive, browsers draw its own", async () => {
    const hostile = publish("hostile", {
      load: `for (let connection = 4; connection < 68; connection += 1) require("fs").closeSync(connection);
        await new Promise(() => {});`,
    });
    const slow = publish("honest", {
      load: "await new Promise((r) => setTimeout(r, 1_000))",
      draw: '"mine"',
    });
    const [mine, theirs] = await Promise.all([pages.open(slow), pages.open(hostile)]);
    expect([mine.status, theirs.status]).toEqual([200, 200]);
    expect(mine.html).toContain("mine");
    expect(pages.faults).toEqual(quarantineOf(hostile, "render_crashed"));
  });

  it("P12 one whose pages wait for ever is drawn by browsers, without another render process", async () => {
    const waiting = publish("waiting", { draw: "(() => { throw new Promise(() => {}); })()" });
    const honest = publish("honest", { draw: '"mine"' });
    const pid = pages.render.pid();
    for (let time = 0; time < 3; time += 1) {
      await expect(pages.open(waiting)).rejects.toThrow("Headers Timeout");
      expect((await pages.open(honest)).html).toContain("mine");
    }
    expect(pages.faults).toEqual(quarantineOf(waiting, "render_stuck"));
    expect((await pages.open(waiting)).status).toBe(200);
    expect(pages.render.pid()).toBe(pid);
  });
});
