import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { run } from "./program.ts";

let stdout: string;
let stderr: string;

beforeEach(() => {
  stdout = "";
  stderr = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    stdout += String(text);
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    stderr += String(text);
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
});

it("lists the commands and the exit codes on --help", async () => {
  expect(await run(["--help"])).toBe(0);
  const names =
    "login logout whoami create dev pack deploy promote canary rollback status versions override keys";
  for (const command of names.split(" ")) {
    expect(stdout).toMatch(new RegExp(`^  ${command} `, "m"));
  }
  expect(stdout).toContain("Exit codes: 0 done, 1 refused by the registry, 2 bad usage");
});

it("exits 2 on an unknown command, option or missing argument, and says which", async () => {
  expect(await run(["frobnicate"])).toBe(2);
  expect(await run(["status", "--colour"])).toBe(2);
  expect(await run(["deploy"])).toBe(2);
  expect(stderr).toContain("unknown command 'frobnicate'");
  expect(stderr).toContain("unknown option '--colour'");
  expect(stderr).toContain("missing required argument 'dir'");
});

it("refuses half of a client's credentials instead of acting for somebody else", async () => {
  vi.stubEnv("MULLION_CLIENT_ID", "mullion-deploy");
  vi.stubEnv("MULLION_CLIENT_SECRET", undefined);
  expect(await run(["status"])).toBe(2);
  expect(stderr).toContain("Not set: MULLION_CLIENT_SECRET.");
});

it("names a setting that is wrong", async () => {
  vi.stubEnv("MULLION_REGISTRY", "not a url");
  expect(await run(["status"])).toBe(2);
  expect(stderr).toContain("MULLION_REGISTRY:");
});

it("gives scripts one JSON document for a failure, with a stable code", async () => {
  const empty = await mkdtemp(path.join(tmpdir(), "mullion-empty-"));
  expect(await run(["pack", empty, "--json"])).toBe(2);
  await rm(empty, { recursive: true });
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: "build_missing" } });
  expect(stderr).toBe("");
  stdout = "";
  expect(await run(["promote", "--json"])).toBe(2);
  expect(JSON.parse(stdout)).toMatchObject({
    error: { code: "usage", message: "missing required argument 'remote@version'" },
  });
  expect(stderr).toBe("");
});

it("refuses a target that names no version", async () => {
  vi.stubEnv("MULLION_CLIENT_ID", "x");
  expect(await run(["promote", "billing"])).toBe(2);
  expect(stderr).toContain("billing is not <remote>@<version>");
});
