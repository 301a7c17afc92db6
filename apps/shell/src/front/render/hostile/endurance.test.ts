import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { entryOf, startTestPages, type TestPages, type TestRemote } from "./test-pages.ts";

const endlessly = "(() => { for (;;); })()";
const objects = "(() => { const kept = []; for (;;) kept.push(new Array(1000).fill({})); })()";
const buffers = "(() => { const kept = []; for (;;) kept.push(Buffer.alloc(64_000_000, 1)); })()";
/** A machine that is short of memory or time may notice the silence first. */
const memory = ["render_memory", "render_stuck"];

// Render processes are started anew in nearly every test.
describe("a hostile remote that wants to take render down", { timeout: 60_000 }, () => {
  let pages: TestPages;
  beforeEach(async () => {
    pages = await startTestPages({ stuckAfterMs: 3_000, heapMegabytes: 160, residentBytes: 500 * 2 ** 20 });
    await pages.render.connect();
  }, 60_000);
  afterEach(async () => {
    await pages.close();
  });
  const publish = (name: string, what: Parameters<typeof entryOf>[1], build = "aaaaaa"): TestRemote =>
    pages.publish(name, `1.0.0-${build}`, (container) => entryOf(container, what));

  it.each([
    ["loops endlessly while it is drawn", { draw: endlessly }, ["render_stuck"]],
    ["loops endlessly when it is loaded", { evaluate: endlessly }, ["render_stuck"]],
    [
      "sleeps without end",
      { draw: "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)" },
      ["render_stuck"],
    ],
    ["fills the heap", { draw: objects }, memory],
    ["fills memory outside of the heap", { draw: buffers }, memory],
  ])("SEC-56 one that %s: its page is drawn by the browser, the others go on", async (_name, what, codes) => {
    const remote = publish("hostile", what);
    const page = await pages.open(remote);
    expect(page.status).toBe(200);
    expect(page.html).toContain("hostile");
    expect(pages.faults).toEqual([
      { remote: "hostile", version: remote.version, code: expect.toBeOneOf(codes) as string },
    ]);
    const pid = pages.render.pid();
    expect((await pages.open(remote)).status, "from now on at once").toBe(200);
    expect((await pages.open(publish("honest", { draw: '"an honest pane"' }))).html).toContain(
      "an honest pane",
    );
    expect(pages.render.pid(), "and without another render process").toBe(pid);
  });

  it("SEC-56 whose page was under way with it gets it all the same, and is not held to be the reason", async () => {
    const honest = publish("honest", {
      load: "await new Promise((r) => setTimeout(r, 600))",
      draw: '"mine"',
    });
    const hostile = publish("hostile", {
      load: "await new Promise((r) => setTimeout(r, 300))",
      draw: endlessly,
    });
    const all = await Promise.all([pages.open(honest), pages.open(hostile), pages.open(honest, "victor")]);
    expect(all.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(all[0].html).toContain("mine");
    expect(all[2].html).toContain("mine");
    expect(pages.faults.map(({ remote }) => remote)).toEqual(["hostile"]);
    expect((await pages.open(honest)).html).toContain("mine");
  });

  it("SEC-56 two whose pages were under way with another: each is drawn alone, and no page is lost", async () => {
    const strike = { load: "await new Promise((r) => setTimeout(r, 300))", draw: endlessly };
    const first = publish("hostile", strike);
    const second = publish("hostile", strike, "bbbbbb");
    const honest = publish("honest", {
      load: "await new Promise((r) => setTimeout(r, 600))",
      draw: '"mine"',
    });
    const all = await Promise.all([first, second, honest].map((remote) => pages.open(remote)));
    expect(all.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(all[2]?.html).toContain("mine");
    expect(pages.faults.map(({ version }) => version).sort()).toEqual([first.version, second.version]);
    // Four render processes after each other.
  }, 120_000);

  it("SEC-56 one that strikes when nothing is drawn is found at the second time", async () => {
    const honest = publish("honest", { draw: '"mine"' });
    const hostile = publish("hostile", { load: `setTimeout(() => ${endlessly}, 300)`, draw: '"innocent"' });
    for (let time = 0; time < 2; time += 1) {
      await pages.open(honest);
      expect((await pages.open(hostile)).html).toContain("innocent");
      const pid = pages.render.pid();
      await vi.waitFor(() => {
        expect(pages.render.pid()).not.toBe(pid);
      }, 20_000);
    }
    expect(pages.faults.map(({ remote }) => remote)).toEqual(["hostile"]);
    expect((await pages.open(hostile)).html).not.toContain("innocent");
    expect((await pages.open(honest)).html).toContain("mine");
  });

  it("SEC-56 errors that it does not catch end no page of another", async () => {
    const hostile = publish("hostile", {
      load: `setTimeout(() => { throw new Error("later") }, 10); void Promise.reject(new Error("nobody"))`,
      draw: '"innocent"',
    });
    const slow = publish("honest", { load: "await new Promise((r) => setTimeout(r, 500))", draw: '"mine"' });
    const [mine] = await Promise.all([pages.open(slow), pages.open(hostile)]);
    expect(mine.html).toContain("mine");
    expect(pages.lines.join("")).toContain("an error that nobody caught");
  });

  it("P12 one that does not come back while it is loaded holds no page: the browser draws it", async () => {
    const remote = publish("hostile", { load: "await new Promise(() => {})", draw: '"never"' });
    const startedAt = performance.now();
    const page = await pages.open(remote);
    expect(page.status).toBe(200);
    expect(page.html).not.toContain("never");
    expect(performance.now() - startedAt).toBeLessThan(8_000);
    expect(pages.failures).toEqual(["remote_timeout"]);
  });
});
