import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { entryOf, startTestPages, type TestPages } from "./test-pages.ts";

describe("what a hostile remote leaves behind in render for the pages of others", { timeout: 60_000 }, () => {
  let pages: TestPages;
  let builds = 0;
  beforeAll(async () => {
    pages = await startTestPages();
  });
  afterAll(async () => {
    await pages.close();
  });

  /** Runs an expression in a page of a version of its own; returns what the page shows. */
  const run = async (name: string, expression: string, visitor?: string): Promise<string> => {
    builds += 1;
    const remote = pages.publish(name, `1.0.${builds}-aaaaaa`, (container) =>
      entryOf(container, {
        load: `try { outcome = "[" + String(await (async () => ${expression})()) + "]"; }
          catch (error) { outcome = "[refused: " + error?.message + "]"; }`,
        draw: "outcome",
      }),
    );
    const { html } = await pages.open(remote, visitor);
    return /\[[^\]]*\]/.exec(html.replaceAll("&#x27;", "'"))?.[0] ?? html;
  };

  it.each([
    ["Object.prototype", `Object.prototype.isAdmin = true`, `({}).isAdmin`],
    ["Object.prototype.toString", `Object.prototype.toString = () => "mine"`, `String({}) === "mine"`],
    ["Array.prototype.map", `Array.prototype.map = () => ["mine"]`, `[1].map((n) => n)[0] === "mine"`],
    ["Promise.prototype.then", `Promise.prototype.then = null`, `Promise.prototype.then === null`],
    ["Function.prototype.call", `Function.prototype.call = null`, `Function.prototype.call === null`],
    ["JSON.stringify", `JSON.stringify = () => "mine"`, `JSON.stringify(1) === "mine"`],
    ["fetch", `globalThis.fetch = () => "mine"`, `fetch.toString().includes("mine")`],
    ["the global Promise", `globalThis.Promise = class {}`, `Promise.all === undefined`],
    ["process.env", `process.env.NODE_ENV = "development"`, `process.env.NODE_ENV !== "production"`],
    [
      "the server's events",
      `require("http").Server.prototype.emit = () => {}`,
      `require("http").Server.prototype.emit.toString() === "() => {}"`,
    ],
    [
      "every emitter",
      `require("events").EventEmitter.prototype.emit = () => {}`,
      `require("events").EventEmitter.prototype.emit.toString() === "() => {}"`,
    ],
    [
      "what answers are written with",
      `require("http").ServerResponse.prototype.writeHead = () => {}`,
      `require("http").ServerResponse.prototype.writeHead.toString() === "() => {}"`,
    ],
    [
      "a module of Node.js",
      `require("crypto").randomBytes = () => 4`,
      `require("crypto").randomBytes(1) === 4`,
    ],
    [
      "React",
      `require("react").createElement = () => "mine"`,
      `require("react").createElement.toString().includes("mine")`,
    ],
    ["the bridge", `globalThis.__MULLION_BRIDGE__.page = () => ({})`, `__MULLION_BRIDGE__.page.length === 0`],
  ])("SEC-56 %s: cannot be changed", async (_name, change, seen) => {
    expect(await run("honest", seen)).toMatch(/^\[(?:false|undefined)\]$/);
    await run("hostile", change);
    expect(await run("honest", seen)).toMatch(/^\[(?:false|undefined)\]$/);
  });

  it("remotes can still give objects of their own such properties", async () => {
    const own = `(() => {
      class Problem extends Error { constructor() { super("m"); this.name = "Problem"; this.message = "own"; } }
      const object = {}; object.toString = () => "mine"; object.constructor = 1;
      const list = []; list.push = () => 7;
      const emitter = new (require("events"))(); emitter.emit = () => "emitted";
      return [new Problem().name, String(object), list.push(), emitter.emit()].join();
    })()`;
    expect(await run("honest", own)).toBe("[Problem,mine,7,emitted]");
  });

  it("pages are still drawn afterwards, each for its own visitor", async () => {
    expect(await run("honest", `"for nobody else"`, "victor")).toBe("[for nobody else]");
    expect(pages.faults).toEqual([]);
  });
});
