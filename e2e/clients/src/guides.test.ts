import { readdirSync, readFileSync } from "node:fs";
import { startIdentity, type TestIdentity } from "@mullion/identity/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { guidesFolder, readGuide } from "./guide.ts";

const names = readdirSync(guidesFolder)
  .filter((name) => name.endsWith(".md") && name !== "README.md")
  .map((name) => name.slice(0, -".md".length));

const ownEndpoints = ["", "/.well-known/openid-configuration"];

describe("docs/clients", () => {
  let identity: TestIdentity;
  let endpoints: ReadonlySet<string>;
  beforeAll(async () => {
    identity = await startIdentity();
    const response = await fetch(`${identity.issuer}/.well-known/openid-configuration`);
    const values = Object.values((await response.json()) as Record<string, unknown>);
    const paths = values
      .filter((value) => typeof value === "string" && value.startsWith(identity.issuer))
      .map((value) => String(value).slice(identity.issuer.length));
    endpoints = new Set([...ownEndpoints, ...paths]);
  });
  afterAll(() => identity.close());

  it.each([...names, "README"])("S3.10 %s.md names no endpoint that discovery does not", (name) => {
    const text = readFileSync(`${guidesFolder}${name}.md`, "utf8");
    const named = [...text.matchAll(/\$\{?ISSUER\}?((?:\/[\w.-]+)*)/g)].map(([, path = ""]) => path);
    expect(named.filter((path) => !endpoints.has(path))).toEqual([]);
  });

  it.each(names)("S3.10 %s.md is run by a test of its own, and README.md leads to it", async (name) => {
    expect((await readGuide(name)).runnable).not.toEqual([]);
    const tests = readdirSync(new URL("guides/", import.meta.url));
    expect(tests).toContain(`${name}.test.ts`);
    expect(readFileSync(`${guidesFolder}README.md`, "utf8")).toContain(`(${name}.md)`);
  });
});
