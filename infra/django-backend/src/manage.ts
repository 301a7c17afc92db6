import { execFile } from "node:child_process";
import { DjangoError } from "./errors.ts";

/** How to run Django's command line. */
export interface ManageCall {
  readonly command: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Runs `manage.py` with arguments and standard input. Throws `start_failed` with what it printed. */
export async function manage(call: ManageCall, args: readonly string[], input = ""): Promise<void> {
  const { command, cwd, env } = call;
  await new Promise<void>((done, fail) => {
    const child = execFile(
      command,
      ["manage.py", ...args],
      { cwd, env, timeout: 60_000 },
      (error, _out, printed) => {
        if (error === null) done();
        else fail(new DjangoError("start_failed", printed, { cause: error }));
      },
    );
    child.stdin?.end(input);
  });
}
