// @vitest-environment node
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type Contract, computeContract } from "./compute-contract.ts";

// The compiler reads its library each time.
vi.setConfig({ testTimeout: 60_000 });

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), "mullion-contract-"));
  const compilerOptions = {
    strict: true,
    module: "esnext",
    moduleResolution: "bundler",
    types: [],
    lib: ["es2024"],
  };
  writeFileSync(
    path.join(dir, "tsconfig.json"),
    JSON.stringify({ compilerOptions: { ...compilerOptions, allowImportingTsExtensions: true } }),
  );
});

afterEach(() => {
  rmSync(dir, { recursive: true });
});

const index = `
  import { readUser, type User } from "./user.ts";
  /** Says who is there. */
  export function useUser(): User { return readUser("x"); }
  export function countPages(): number { return 1; }
  export type Unused = { a: string };
`;
const user = `
  export interface User { readonly name: string; readonly role: Role }
  type Role = "admin" | "member";
  export const readUser = (name: string): User => ({ name, role: "member" });
`;

function contractOf(files: { index?: string; user?: string } = {}): Contract {
  writeFileSync(path.join(dir, "index.ts"), files.index ?? index);
  writeFileSync(path.join(dir, "user.ts"), files.user ?? user);
  return computeContract(dir, "index.ts");
}

it("P8 contract.json is the contract of the types as they are: pnpm --filter @mullion/session contract", () => {
  const committed: unknown = createRequire(import.meta.url)("../../contract.json");
  expect(computeContract(path.resolve(import.meta.dirname, "../.."), "src/index.ts")).toEqual(committed);
});

it("stays the same while only comments and what is inside of functions change", () => {
  const before = contractOf();
  expect(Object.keys(before)).toEqual(["countPages", "useUser"]);
  const after = contractOf({
    index: index.replace("Says who", "Tells who").replace("return 1", "return 2"),
    user: user.replace('role: "member" })', 'role: "admin" })'),
  });
  expect(after).toEqual(before);
});

it("changes with the last type behind an export, and for that export only", () => {
  const before = contractOf();
  const after = contractOf({ user: user.replace('| "member"', '| "member" | "viewer"') });
  expect(after["useUser"]).not.toBe(before["useUser"]);
  expect(after["countPages"]).toBe(before["countPages"]);
});
