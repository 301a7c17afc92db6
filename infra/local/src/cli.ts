import { type ParseArgsConfig, parseArgs } from "node:util";
import { runBenchmarks } from "./commands/bench.ts";
import { startDetached, tellWaiting } from "./commands/detached.ts";
import { down } from "./commands/down.ts";
import { reportRequirements } from "./commands/requirements.ts";
import { askedToStop, superviseUntilSignal } from "./commands/supervise.ts";
import { runTests } from "./commands/test.ts";
import { reportIfUp } from "./commands/up.ts";
import { readSettings } from "./env.ts";
import { LocalError, type LocalErrorCode } from "./errors.ts";

const usage = `Usage:
  npm run up [-- --detach]             start the platform; --detach returns when it is ready
  npm run down [-- --reset]            stop it; --reset also deletes its data
  npm test                             every check there is
  npm run bench -- <name> [--json F]   measure; without a name: list
  npm run requirements [-- --json]     which requirement has a test, and whether it passed`;

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

type Options = NonNullable<ParseArgsConfig["options"]>;

function parse<T extends Options>(args: string[], options: T, positionals = false) {
  try {
    return parseArgs({ args, options, allowPositionals: positionals, strict: true });
  } catch (error) {
    throw new LocalError("usage", `${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
}

const commands: Readonly<Record<string, (args: string[]) => Promise<number>>> = {
  async up(args) {
    const { values } = parse(args, { detach: { type: "boolean", default: false } });
    if (await reportIfUp(readSettings(), print)) return 0;
    if (!values.detach) {
      const onReady = (): void => {
        print("Ctrl-C stops it.");
      };
      return await superviseUntilSignal(print, { onReady, endsWithParent: true });
    }
    const giveUp = new AbortController();
    void askedToStop({ endsWithParent: true }).then(() => {
      giveUp.abort();
    });
    return await startDetached(print, giveUp.signal);
  },
  async test(args) {
    parse(args, {});
    const giveUp = new AbortController();
    void askedToStop({ endsWithParent: true }).then((why) => {
      giveUp.abort(new LocalError("interrupted", `Stopped (${why}).`));
    });
    return await runTests(print, giveUp.signal);
  },
  /** The benchmarks read their own arguments. */
  bench: (args) => runBenchmarks(args),
  async requirements(args) {
    const { values } = parse(args, { json: { type: "boolean", default: false } });
    await reportRequirements({ json: values.json, print });
    return 0;
  },
  async down(args) {
    const { values } = parse(args, { reset: { type: "boolean", default: false } });
    await down({ reset: values.reset, print });
    return 0;
  },
  /** Not for people: the process that `up --detach` leaves behind. */
  async supervise() {
    const say = (text: string): void => {
      print(text);
      tellWaiting({ type: "line", text });
    };
    try {
      const onReady = (): void => {
        tellWaiting({ type: "ready" });
      };
      return await superviseUntilSignal(say, { onReady, endsWithParent: false });
    } catch (error) {
      for (const line of describe(error)) say(line);
      tellWaiting({ type: "failed" });
      return 1;
    }
  },
};

const exitStatus: Readonly<Partial<Record<LocalErrorCode, number>>> = {
  usage: 2,
  setting_invalid: 2,
  interrupted: 130,
};

function describe(error: unknown): string[] {
  if (!(error instanceof LocalError))
    return ["", error instanceof Error ? (error.stack ?? "") : String(error)];
  return ["", error.message, ...(error.logFile === undefined ? [] : [`Log: ${error.logFile}`])];
}

async function main([name, ...args]: string[]): Promise<number> {
  const command = name === undefined ? undefined : commands[name];
  if (command === undefined) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }
  try {
    return await command(args);
  } catch (error) {
    process.stderr.write(`${describe(error).join("\n")}\n`);
    if (!(error instanceof LocalError)) return 1;
    return exitStatus[error.code] ?? 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
// The channel to a parent that waits would keep this process alive.
if (process.connected) process.disconnect?.();
