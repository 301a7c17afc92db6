import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { ReleaseDescriptor } from "../descriptor.ts";
import { registerVersion } from "./known-versions.ts";
import { laterFiles } from "./later-files.ts";

const sri = (text: string): string => `sha384-${createHash("sha384").update(text).digest("base64")}`;
const listed = "_next/static/chunks/7.js";
const list = JSON.stringify({ [listed]: sri("later()") });

describe("what the code of a remote loads later", () => {
  let server: Server;
  let base: string;
  let asked: string[];
  let versions = 0;

  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.setHeader("access-control-allow-origin", "*");
      response.end(request.url?.endsWith("integrity.json") === true ? list : "later()");
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  afterAll(() => {
    server.close();
  });

  beforeEach(() => {
    asked = [];
    versions += 1;
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/billing/${versions}/`;
    // jsdom runs no scripts: a script counts as run as soon as it is in the page.
    const inserted = vi.fn((...nodes: unknown[]) => {
      for (const node of nodes) (node as HTMLScriptElement).onload?.(new Event("load"));
    });
    vi.spyOn(document.head, "append").mockImplementation(inserted);
    // The browser compares; jsdom's fetch does not know `integrity`.
    const plain = globalThis.fetch;
    vi.stubGlobal("fetch", async (url: string, { integrity }: RequestInit = {}) => {
      const response = await plain(url);
      const text = await response.text();
      if (integrity !== undefined && sri(text) !== integrity) throw new TypeError("Failed to fetch");
      return new Response(text);
    });
  });

  const version = (hashes: ReleaseDescriptor["hashes"]): ReleaseDescriptor => ({
    kind: "release",
    ...{ name: "billing", title: "Billing", version: "1.0.0-abcdef", expose: "./app" },
    ...{ container: `billing_${versions}`, bases: [base], scripts: [], styles: [], hashes },
    entry: { path: "_next/static/chunks/remoteEntry.js", integrity: sri("entry") },
  });
  const hashes = (text = list) => ({ path: "_next/static/chunks/integrity.json", integrity: sri(text) });

  const load = (url: string): Promise<string> =>
    new Promise((resolve) => {
      laterFiles.loadChunk(url, ({ type }) => {
        resolve(type);
      });
    });
  const inserted = (): HTMLScriptElement[] =>
    vi.mocked(document.head.append).mock.calls.map(([node]) => node as HTMLScriptElement);

  it("P5 a later chunk is put into the page with its hash from the version's list, which is asked for once", async () => {
    registerVersion(version(hashes()));
    // As webpack names it, relative to the entry.
    expect(await load(`${base}_next/static/chunks/../../static/chunks/7.js`)).toBe("load");
    expect(inserted().map(({ src, integrity, crossOrigin }) => ({ src, integrity, crossOrigin }))).toEqual([
      { src: `${base}${listed}`, integrity: sri("later()"), crossOrigin: "anonymous" },
    ]);
    await load(`${base}_next/static/chunks/8.js`);
    expect(asked.filter((url) => url.includes("integrity.json"))).toHaveLength(1);
  });

  it("P5 a file that the list does not name is not requested", async () => {
    registerVersion(version(hashes()));
    expect(await load(`${base}_next/static/chunks/unlisted.js`)).toBe("error");
    expect(inserted()).toEqual([]);
  });

  it("P5 a version without a list, and a host that no version has, are asked for nothing", async () => {
    registerVersion(version(null));
    expect(await load(`${base}${listed}`)).toBe("error");
    expect(await load("https://elsewhere.test/app.js")).toBe("error");
    expect([inserted(), asked]).toEqual([[], []]);
  });

  it("SEC-52 an altered list is no list: nothing that it names is requested", async () => {
    registerVersion(version(hashes("{}")));
    expect(await load(`${base}${listed}`)).toBe("error");
    expect(inserted()).toEqual([]);
  });

  it("a stylesheet that mini-css asks for comes with its hash, and its tag hears of a refusal", async () => {
    registerVersion(version(hashes()));
    const link = document.createElement("link");
    link.href = `${base}_next/static/css/none.css`;
    const heard = new Promise((resolve) => {
      link.onerror = resolve;
    });
    laterFiles.insertStylesheet(link);
    await heard;
    expect(inserted()).toEqual([]);
  });
});
