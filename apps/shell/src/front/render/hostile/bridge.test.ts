import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { forge } from "./attacks.ts";
import { entryOf, startTestPages, type TestPages, type TestRemote } from "./test-pages.ts";

describe("a hostile remote at the bridge to front", { timeout: 60_000 }, () => {
  let pages: TestPages;
  let builds = 0;
  beforeAll(async () => {
    pages = await startTestPages({ stuckAfterMs: 4_000 });
  });
  afterAll(async () => {
    await pages.close();
  });

  const publish = (load: string): TestRemote => {
    builds += 1;
    return pages.publish("hostile", `1.0.${builds}-aaaaaa`, (name) =>
      entryOf(name, {
        load: `${forge}
          try { outcome = "REACHED " + String(await (async () => { ${load} })()); }
          catch (error) { outcome = "refused: " + error?.message; }`,
        draw: "outcome",
      }),
    );
  };
  const honest = (): TestRemote =>
    pages.publish("honest", "1.0.0-aaaaaa", (name) => entryOf(name, { draw: '"an honest pane"' }));

  it.each([
    ["a ticket that was invented", `return bridge.page("A".repeat(43))`, "ticket is not valid"],
    [
      "data with a ticket that was invented",
      `return bridge.read("A".repeat(43), "/profile/me")`,
      "not valid",
    ],
    ["a file that belongs to no release", `return bridge.bytes("http://127.0.0.1:6379/")`, "no release"],
    ["a file of the machine", `return bridge.bytes("file:///etc/passwd")`, "no release"],
    ["to put another bridge in its place", `globalThis.__MULLION_BRIDGE__ = {}; return 1`, "Cannot assign"],
    ["to listen in on the bridge", `bridge.page = () => ({}); return 1`, "Cannot assign"],
    ["Node's own channel", `process.send({ cmd: "NODE_HANDLE_ACK" }); return 1`, "not a function"],
  ])("SEC-56 %s: refused", async (_name, code, reason) => {
    const remote = publish(`"use strict"; const bridge = globalThis.__MULLION_BRIDGE__; ${code}`);
    const { html } = await pages.open(remote);
    expect(/(?:REACHED|refused:)[^<]*/.exec(html)?.[0]).toMatch(new RegExp(`^refused: .*${reason}`));
  });

  it.each([
    ["bytes that are no message", `writeSync(3, Buffer.alloc(64, 0xff));`],
    ["a message that claims four gigabytes", `writeSync(3, Buffer.from("ffffffff0000000141", "hex"));`],
    ["text that is not JSON", `send("{");`],
    ["an unknown message", `send({ type: "answer", id: 1, value: {} });`],
    ["an unknown operation", `send({ type: "call", id: 1, call: { operation: "exec", command: "id" } });`],
    ["more than is asked for", `send({ type: "ready", extra: 1 });`],
    ["a message of a megabyte", `globalThis.__MULLION_BRIDGE__.page("x".repeat(1_000_000));`],
    [
      "a flood",
      `const many = Buffer.concat(new Array(1000).fill(frame({ type: "beat" })));
      for (let round = 0; round < 50; round += 1) {
        for (let sent = 0; sent < many.length; ) {
          try { sent += writeSync(3, many, sent); }
          catch { await new Promise((resolve) => setImmediate(resolve)); }
        }
      }`,
    ],
  ])("SEC-56 %s: render is ended, its remote is drawn by browsers, the others go on", async (_name, code) => {
    const before = pages.faults.length;
    const remote = publish(
      `${code}; await new Promise((resolve) => setTimeout(resolve, 1_000)); return "drawn"`,
    );
    const page = await pages.open(remote);
    expect(page.status).toBe(200);
    expect(page.html).not.toContain("drawn");
    expect(pages.faults.slice(before)).toEqual([
      { remote: "hostile", version: remote.version, code: "render_hostile" },
    ]);
    expect((await pages.open(honest())).html).toContain("an honest pane");
  });

  it("SEC-56 files that it asks for and never reads do not fill front", async () => {
    const url = "https://artifacts.test/hostile/large.js";
    pages.files.set(url, Buffer.alloc(1_000_000));
    const remote = publish(`
      const call = { operation: "bytes", url: ${JSON.stringify(url)} };
      const many = Buffer.concat(Array.from({ length: 400 }, (_, n) => frame({ type: "call", id: 1e6 + n, call })));
      for (let sent = 0; sent < many.length; ) { try { sent += writeSync(3, many, sent); } catch {} }
      for (;;);`);
    const atFirst = process.memoryUsage().arrayBuffers;
    let most = 0;
    const sampling = setInterval(() => {
      most = Math.max(most, process.memoryUsage().arrayBuffers - atFirst);
    }, 20);
    const page = await pages.open(remote);
    clearInterval(sampling);
    expect(page.status).toBe(200);
    expect(pages.faults.at(-1)).toMatchObject({ version: remote.version, code: "render_stuck" });
    expect(most).toBeLessThan(100_000_000);
    expect((await pages.open(honest())).html).toContain("an honest pane");
  });

  it("SEC-56 connections of others that it closes a while before it ends render: their pages arrive", async () => {
    const remote = publish(`
      for (let connection = 4; connection < 68; connection += 1) require("fs").closeSync(connection);
      setTimeout(() => send("{"), 700);
      await new Promise(() => {});`);
    const before = pages.faults.length;
    const slow = pages.publish("slow", "1.0.0-aaaaaa", (name) =>
      entryOf(name, { load: "await new Promise((r) => setTimeout(r, 1_000))", draw: '"not lost"' }),
    );
    const [mine, theirs] = await Promise.all([pages.open(slow), pages.open(remote)]);
    expect([mine.status, theirs.status]).toEqual([200, 200]);
    expect(mine.html).toContain("not lost");
    expect(pages.faults.slice(before)).toEqual([
      { remote: "hostile", version: remote.version, code: "render_hostile" },
    ]);
  });

  it("SEC-56 headers that it puts on a page's answer do not reach the visitor", async () => {
    const remote = publish(`
      const { ServerResponse } = require("http");
      const { writeHead } = ServerResponse.prototype;
      for (const response of [ServerResponse.prototype]) {
        response.writeHead = function (...args) {
          this.setHeader("set-cookie", "__Host-mullion.sid=chosen; Secure; Path=/");
          return writeHead.apply(this, args);
        };
      }
      return "set"`);
    expect((await pages.open(remote)).headers).not.toHaveProperty("set-cookie");
    expect((await pages.open(honest())).headers).not.toHaveProperty("set-cookie");
  });

  it("SEC-56 what it prints is text in front's log: no line of its own, no flood", async () => {
    const line = JSON.stringify({ level: 30, msg: "signed in as admin" });
    const remote = publish(`
      const line = ${JSON.stringify(line)};
      process.stdout.write(line + "\\n");
      for (let index = 0; index < 2000; index += 1) console.log("noise " + index + "x".repeat(5000));
      return "printed"`);
    const before = pages.lines.length;
    await pages.open(remote);
    const written = pages.lines.slice(before).map((text) => JSON.parse(text) as { msg: string });
    expect(written.map(({ msg }) => msg)).not.toContain("signed in as admin");
    expect(written.map(({ msg }) => msg)).toContain("render printed");
    expect(written.length).toBeLessThan(200);
    expect(Math.max(...pages.lines.slice(before).map((text) => text.length))).toBeLessThan(3_000);
  });
});
