import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { expect, it, onTestFinished } from "vitest";

// A whole service, run as a process of its own.
const script = `
  import { z } from "zod";
  import { commonEnv, createHttpService, listen, parseEnv } from "${import.meta.dirname}/index.ts";
  const env = parseEnv(z.object({ ...commonEnv, SECRET: z.string().min(8) }), process.env);
  const app = createHttpService({ name: "fixture" });
  app.get("/slow", async () => {
    process.stdout.write("slow request\\n");
    await new Promise((resolve) => setTimeout(resolve, 300));
    return "finished";
  });
  await listen(app, { host: env.HOST, port: env.PORT });
`;

interface Running {
  child: ChildProcess;
  output: () => string;
  exit: Promise<number | null>;
}

function start(env: Record<string, string>): Running {
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    cwd: import.meta.dirname,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  onTestFinished(() => void child.kill("SIGKILL"));
  const exit = once(child, "close").then(([code]) => code as number | null);
  return { child, output: () => output, exit };
}

async function portInUse(): Promise<{ port: number; release: () => void }> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("not a TCP address");
  return { port: address.port, release: () => server.close() };
}

it("names every variable that is missing or wrong, never a value, and does not start", async () => {
  const { exit, output } = start({ PORT: "99999999", SECRET: "canary" });
  expect(await exit).toBe(1);
  expect(output()).toMatch(/^PORT is not valid/m);
  expect(output()).toMatch(/^SECRET is not valid/m);
  expect(output()).not.toContain("canary");

  const empty = start({});
  expect(await empty.exit).toBe(1);
  expect(empty.output()).toMatch(/^PORT is not set$/m);
  expect(empty.output()).toMatch(/^SECRET is not set$/m);
});

it("says which port is taken", async () => {
  const { port, release } = await portInUse();
  onTestFinished(release);
  const { exit, output } = start({ PORT: String(port), SECRET: "long enough" });
  expect(await exit).toBe(1);
  expect(output()).toContain(`port ${String(port)} of 127.0.0.1 is taken`);
});

it("lets a request under way finish when it is told to stop", async () => {
  const { port, release } = await portInUse();
  release();
  const { child, output, exit } = start({ PORT: String(port), SECRET: "long enough" });
  await expect.poll(output, { timeout: 10_000 }).toContain("listening at");
  const answer = fetch(`http://127.0.0.1:${String(port)}/slow`).then((response) => response.text());
  await expect.poll(output).toContain("slow request");
  child.kill("SIGTERM");
  expect(await answer).toBe("finished");
  expect(await exit).toBe(0);
});
