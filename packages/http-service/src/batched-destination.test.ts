import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const run = promisify(execFile);
const logger = JSON.stringify(import.meta.resolve("./logger.ts"));

/** A program with a logger of the process's standard output. */
function program(body: string): string[] {
  const start = `import { createLogger } from ${logger};\nconst log = createLogger({ name: "test" });\n`;
  return ["--input-type=module", "--eval", start + body];
}

function messagesOf(output: string): unknown[] {
  const lines = output.split("\n").filter((line) => line !== "");
  return lines.map((line) => (JSON.parse(line) as { msg: unknown }).msg);
}

it("lines of many turns of the event loop share a write, and all are there, in their order", async () => {
  const { stdout, stderr } = await run(
    process.execPath,
    program(`
      const { default: fs } = await import("node:fs");
      const { writeSync } = fs;
      let writes = 0;
      fs.writeSync = (...written) => {
        writes += 1;
        return writeSync(...written);
      };
      for (let turn = 0; turn < 200; turn += 1) {
        log.info("line " + turn);
        await new Promise(setImmediate);
      }
      process.on("exit", () => console.error(writes));
    `),
  );
  expect(messagesOf(stdout)).toEqual(Array.from({ length: 200 }, (_, turn) => `line ${String(turn)}`));
  expect(Number(stderr)).toBeGreaterThan(0);
  expect(Number(stderr)).toBeLessThan(50);
});

it("a complaint is written before anything else happens, with what came before it", async () => {
  const killed = run(
    process.execPath,
    program(`log.info("noted"); log.error("broken"); process.kill(process.pid, "SIGKILL");`),
  );
  const { stdout } = (await killed.catch((error: unknown) => error)) as { stdout: string };
  expect(messagesOf(stdout)).toEqual(["noted", "broken"]);
});

it.each([
  ["comes to its end", ""],
  ["exits", "process.exit(0);"],
])("a process that %s writes what is left", async (_name, end) => {
  const { stdout } = await run(process.execPath, program(`log.info("noted"); ${end}`));
  expect(messagesOf(stdout)).toEqual(["noted"]);
});
