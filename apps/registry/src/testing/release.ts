import { createHash } from "node:crypto";
import type { Release } from "@mullion/contracts";

/** A release and the bytes of its files by SHA-384 (hexadecimal). */
export interface TestRelease {
  readonly release: Release;
  readonly blobs: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
}

export const browserEntry = "_next/static/chunks/remoteEntry.js";
export const serverEntry = "_next/static/ssr/remoteEntry.js";

function hash(content: Uint8Array, encoding: "hex" | "base64"): string {
  return createHash("sha384").update(content).digest(encoding);
}

/** The files of a small remote of which every version has other bytes. */
function defaultFiles(version: string): Record<string, string> {
  return {
    [browserEntry]: `/* entry of ${version} */`,
    [serverEntry]: `/* server entry of ${version} */ ${"module.exports = {};".repeat(200)}`,
    "_next/static/chunks/app.js": `export const version = "${version}";\n`.repeat(200),
    "_next/static/css/app.css": `.app { --version: "${version}"; }\n`.repeat(200),
    "_next/static/media/logo.png": `png of ${version}`,
  };
}

/** A release that the registry accepts, unless `change` spoils it. */
export function createRelease(
  remote: string,
  version: string,
  change: Partial<Omit<Release, "files">> = {},
  files: Readonly<Record<string, string>> = defaultFiles(`${remote}@${version}`),
): TestRelease {
  const contents = Object.entries(files).map(([path, text]) => ({
    path,
    content: new Uint8Array(Buffer.from(text)),
  }));
  return {
    release: {
      remote,
      version,
      container: `${remote.replaceAll("-", "_")}_${version.replaceAll(/[^a-z0-9]/g, "_")}`,
      browserEntry,
      serverEntry,
      exposes: {
        "./app": { scripts: ["_next/static/chunks/app.js"], styles: ["_next/static/css/app.css"] },
      },
      manifest: {
        name: remote,
        title: remote,
        description: "",
        routes: [{ path: `/${remote}`, expose: "./app", roles: [], data: ["/profile/me"] }],
        navigation: [{ label: remote, path: `/${remote}`, icon: "box", order: 500 }],
        scopes: ["profile:read"],
      },
      shared: {},
      contracts: {},
      files: contents.map(({ path, content }) => ({
        path,
        bytes: content.length,
        integrity: `sha384-${hash(content, "base64")}`,
      })),
      ...change,
    },
    blobs: new Map(contents.map(({ content }) => [hash(content, "hex"), content])),
  };
}
