import { readFile } from "node:fs/promises";
import { afterEach, describe, expect, it, vi } from "vitest";
import { entryOf, startTestPages, type TestPages, type TestRemote } from "./hostile/test-pages.ts";

/** Half a megabyte of code and four megabytes of what it keeps: a remote that weighs something. */
function heavy(container: string, version: number): string {
  const ballast = `/* ${String(version)} ${"x".repeat(500_000)} */`;
  return `${ballast} const kept = new Array(500_000).fill(${String(version)}.5);
    ${entryOf(container, { draw: `"version ${String(version)} " + kept.length` })}`;
}

async function residentBytes(pid: number | null): Promise<number> {
  const status = await readFile(`/proc/${String(pid)}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1_024;
}

describe("the render process", () => {
  let pages: TestPages;
  afterEach(async () => {
    await pages.close();
  });
  const publish = (number: number): TestRemote =>
    pages.publish("dashboard", `1.0.${number}-aaaaaa`, (name) => heavy(name, number));

  it("draws a remote's page, with the headers of a page", async () => {
    pages = await startTestPages();
    const remote = pages.publish("honest", "1.0.0-aaaaaa", (name) => entryOf(name, { draw: '"hello"' }));
    const page = await pages.open(remote);
    expect(page).toMatchObject({ status: 200, headers: { "content-type": "text/html; charset=utf-8" } });
    expect(page.html).toContain("hello");
  });

  it("draws two versions of a remote at the same time", async () => {
    pages = await startTestPages();
    const all = await Promise.all([1, 2, 1, 2].map((number) => pages.open(publish(number))));
    expect(all.map(({ html }) => /version (\d)/.exec(html)?.[1])).toEqual(["1", "2", "1", "2"]);
  });

  it("60 versions one after the other, under load: no page is lost, and memory is that of a few of them", async () => {
    pages = await startTestPages({ wornVersions: 10, leastAgeMs: 0 });
    await pages.open(publish(0));
    const atFirst = await residentBytes(pages.render.pid());
    let [live, failed, drawn, over] = [0, 0, 0, false];
    const visit = async (): Promise<void> => {
      while (!over) {
        const number = live;
        const page = await pages.open(publish(number)).catch(() => null);
        if (page?.status === 200 && page.html.includes(`version ${number} `)) drawn += 1;
        else failed += 1;
      }
    };
    const visitors = Array.from({ length: 4 }, visit);
    for (const last of [20, 40, 60]) {
      const pid = pages.render.pid();
      for (; live < last; live += 1) await pages.open(publish(live));
      // A new process takes seconds to start; by then another one draws.
      await vi.waitFor(() => expect(pages.render.pid()).not.toBe(pid), 20_000);
    }
    over = true;
    await Promise.all(visitors);
    expect(failed).toBe(0);
    expect(drawn).toBeGreaterThan(60);
    expect(pages.faults).toEqual([]);
    // Each version keeps four megabytes: sixty of them would be 240 more.
    expect((await residentBytes(pages.render.pid())) - atFirst).toBeLessThan(200 * 2 ** 20);
  }, 90_000);

  it("a page that is being drawn while render is replaced comes from the old one", async () => {
    pages = await startTestPages({ wornVersions: 1, leastAgeMs: 0 });
    const remote = pages.publish("slow", "1.0.0-aaaaaa", (name) => entryOf(name, { draw: "process.pid" }));
    await pages.render.connect();
    const pid = pages.render.pid();
    const release = pages.holdReads();
    const page = pages.open(remote);
    await vi.waitFor(() => expect(pages.render.pid()).not.toBe(pid), 30_000);
    release();
    expect((await page).html).toContain(`>${String(pid)}<`);
  }, 60_000);

  it("one that does not become ready in time is ended and started again; a page waits that long, and no longer", async () => {
    pages = await startTestPages({ startWithinMs: 250, readyTimeoutMs: 4_000 });
    const waiting = pages.render.connect();
    await expect(waiting).rejects.toMatchObject({
      code: "render_gone",
      message: expect.stringContaining("not ready") as string,
    });
    expect(pages.lines.filter((line) => line.includes('"code":"render_slow_start"')).length).toBeGreaterThan(
      1,
    );
    expect(pages.faults).toEqual([]);
  });
});
