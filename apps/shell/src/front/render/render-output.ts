import type { Readable } from "node:stream";
import type { FastifyBaseLogger } from "fastify";

const lineLimit = 2_000;
const linesPerSecond = 50;

/**
 * Writes what a render process prints to front's log, as text in a field: with the log as its own output a remote could
 * write lines in front's name, or fill the disk.
 */
export function logOutput(output: Readable, log: FastifyBaseLogger, pid: number | undefined): void {
  let rest = "";
  let window = { since: performance.now(), lines: 0 };
  const write = (line: string): void => {
    if (line === "") return;
    const now = performance.now();
    if (now - window.since > 1_000) window = { since: now, lines: 0 };
    window.lines += 1;
    if (window.lines <= linesPerSecond) log.warn({ pid, line: line.slice(0, lineLimit) }, "render printed");
    else if (window.lines === linesPerSecond + 1)
      log.warn({ pid }, "render prints too much; the rest is dropped");
  };
  output.setEncoding("utf8");
  output.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = (lines.pop() ?? "").slice(0, lineLimit);
    for (const line of lines) write(line);
  });
  output.on("end", () => {
    write(rest);
  });
  output.on("error", () => undefined);
}
