import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect, test } from "../src/spa-fixtures.ts";

const repository = path.resolve(import.meta.dirname, "../..");

/** Code without its layout: a piece shown by itself is formatted as one. */
function essence(code: string): string {
  return code.replaceAll(/[\s;]/g, "");
}

/** The code blocks of docs/spa-auth.md in one language. */
async function blocks(language: string): Promise<string[]> {
  const guide = await readFile(path.join(repository, "docs/spa-auth.md"), "utf8");
  return [...guide.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
    .filter(([, name]) => name === language)
    .map(([, , code = ""]) => code);
}

test("S3.10 the guide shows the application that these tests run, line by line", async () => {
  const folder = path.join(repository, "e2e/fixtures/spa/src");
  const files = await Promise.all(
    (await readdir(folder)).map((name) => readFile(path.join(folder, name), "utf8")),
  );
  const shown = await blocks("tsx");
  expect(shown.length).toBeGreaterThan(5);
  for (const block of shown) {
    const having = files.filter((file) => essence(file).includes(essence(block)));
    expect(having, block).not.toEqual([]);
  }
});

test("S3.10 the guide's curl commands sign in, refresh and sign out", async ({
  platform,
  spa,
  member,
  records,
}) => {
  await records.forgetSignInAttempts();
  const folder = await mkdtemp(path.join(tmpdir(), "mullion-guide-"));
  try {
    const [commands = ""] = await blocks("sh");
    const { stdout } = await promisify(execFile)("bash", ["-euc", commands], {
      env: {
        PATH: "/usr/bin:/bin",
        JAR: path.join(folder, "jar"),
        ISSUER: platform.url("identity"),
        ORIGIN: spa.origin,
        EMAIL: member.email,
        PASSWORD: member.password,
      },
    });
    const sessions = stdout
      .split("}{")
      .map((part, at) => JSON.parse(at === 0 ? `${part}}` : `{${part}`) as object);
    expect(sessions).toHaveLength(2);
    for (const session of sessions) {
      expect(session).toMatchObject({
        tokenType: "Bearer",
        refreshable: true,
        user: { email: member.email },
      });
    }
    expect(await readFile(path.join(folder, "jar"), "utf8")).not.toContain("mullion_spa.todo");
  } finally {
    await rm(folder, { recursive: true });
  }
});
