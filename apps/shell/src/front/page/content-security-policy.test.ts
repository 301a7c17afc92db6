import { expect, it } from "vitest";
import { createNonce, pagePolicy } from "./content-security-policy.ts";

const options = {
  nonce: "bm9uY2U=",
  shellOrigin: "https://shell.test",
  artifactBases: ["https://files.test/artifacts/"],
};

function directive(policy: string, name: string): string[] {
  const found = policy.split("; ").find((candidate) => candidate.startsWith(`${name} `));
  return found?.split(" ").slice(1) ?? [];
}

it("scripts come from the build, the artifact folders and inline with the nonce, and from nowhere else", () => {
  const policy = pagePolicy(options);
  expect(directive(policy, "script-src")).toEqual([
    "'nonce-bm9uY2U='",
    "https://shell.test/_next/static/",
    "https://files.test/artifacts/",
  ]);
  expect(directive(policy, "default-src")).toEqual(["'none'"]);
  expect(policy).not.toMatch(/unsafe|\*/);
});

it("a pane in development opens the policy to its server, and only there", () => {
  const policy = pagePolicy({ ...options, development: "http://localhost:4000" });
  for (const name of ["script-src", "style-src", "connect-src", "img-src", "font-src"]) {
    expect(directive(policy, name), name).toContain("http://localhost:4000");
  }
  expect(directive(policy, "script-src").join(" ")).not.toContain("unsafe");
  expect(pagePolicy({ ...options, development: null })).not.toContain("localhost");
});

it("a page's nonce has 128 random bits", () => {
  expect(Buffer.from(createNonce(), "base64")).toHaveLength(16);
  expect(createNonce()).not.toBe(createNonce());
});
