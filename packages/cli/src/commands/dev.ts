import { styleText } from "node:util";
import { resolveAddresses } from "../connection.ts";
import type { BuildReport } from "../development/changes.ts";
import { type Development, develop } from "../development/develop.ts";
import { freshLogin } from "../login/access-token.ts";
import { loginClientId } from "../login/authorization-server.ts";
import type { Output } from "../output.ts";
import { findRemote, type RemoteSources } from "../project/workspace.ts";
import { createOverrideClient, type OverrideClient } from "../registry/overrides.ts";
import { openInBrowser } from "./open-in-browser.ts";
import { type ChannelOptions, type Register, withChannel } from "./register.ts";
import { parseNumber } from "./target.ts";

interface DevOptions extends ChannelOptions {
  readonly shell?: string;
  readonly port: string;
  readonly minutes: string;
  readonly open?: boolean;
  readonly verbose?: boolean;
  /** False with `--no-override`: its own page only. */
  readonly override: boolean;
}

/** Where the pane can be seen in the shell, by the person who develops it. */
interface Preview {
  readonly link: string;
  readonly expiresAt: string;
  end(): Promise<void>;
}

function asksToStop(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      // Not `once`: a second Ctrl-C must not cut the orderly end short.
      process.on(signal, () => {
        resolve();
      });
    }
  });
}

/** The person's own sign-in even where a client's credentials are set: an override is for somebody who looks at pages. */
async function overridesOf(options: DevOptions): Promise<OverrideClient> {
  const addresses = resolveAddresses(["registry", "issuer"], options);
  await freshLogin(addresses.issuer);
  return createOverrideClient({ ...addresses, clientId: loginClientId });
}

async function preview(
  overrides: OverrideClient,
  { manifest }: RemoteSources,
  { url, shell, options }: { url: string; shell: string; options: DevOptions },
): Promise<Preview> {
  const minutes = Math.round(parseNumber(options.minutes, "--minutes", { from: 1, to: 1_440 }));
  const { id, token, expiresAt } = await overrides.issue({
    channel: options.channel,
    target: { kind: "development", url, manifest },
    minutes,
  });
  const link = new URL("/override", shell);
  link.searchParams.set("token", token);
  return { link: link.href, expiresAt, end: () => overrides.revoke(id) };
}

function describe(report: BuildReport, startedAt: number): string[] {
  if (report.state === "building") return [];
  const after = `${((performance.now() - startedAt) / 1_000).toFixed(1)} s`;
  if (report.state === "built")
    return [`${styleText("green", "✓", { stream: process.stderr })} built in ${after}`];
  const cross = styleText("red", "✗", { stream: process.stderr });
  return [`${cross} does not build:`, ...report.errors.flatMap((error) => error.split("\n"))];
}

/** Tells the person how builds go; one that changed nothing is not mentioned. */
function createBuildLog(output: Output): (report: BuildReport) => void {
  let startedAt = performance.now();
  let last = "";
  return (report) => {
    if (report.state === "building") startedAt = performance.now();
    const said = JSON.stringify(report);
    if (report.state === "building" || said === last) return;
    last = said;
    for (const line of describe(report, startedAt)) output.progress(line);
  };
}

function announce(output: Output, remote: RemoteSources, url: string, shown: Preview | null): void {
  const { name } = remote.manifest;
  const value = { remote: name, url, link: shown?.link ?? null, expiresAt: shown?.expiresAt ?? null };
  output.result(value, [
    `✓ ${name} is being developed: edits show by themselves. Ctrl-C ends it.`,
    ...(shown === null
      ? []
      : [`  in the shell   ${shown.link}`, `                 good for you alone, until ${shown.expiresAt}`]),
    `  by itself      ${url}`,
  ]);
}

async function run(given: string, options: DevOptions, output: Output): Promise<void> {
  const remote = await findRemote(given, process.cwd());
  const port = parseNumber(options.port, "--port", { from: 0, to: 65_535 });
  const { shell: shellUrl } = resolveAddresses(["shell"], options);
  const shell = new URL(shellUrl).origin;
  // Before anything is started: who is not signed in should not wait for a build first.
  const overrides = options.override ? await overridesOf(options) : null;
  const stopping = asksToStop();
  const onLine = (line: string): void => {
    if (options.verbose === true) output.progress(line);
  };
  const development: Development = await develop({
    remote,
    port,
    shell,
    onReport: createBuildLog(output),
    onLine,
  });
  const { url } = development;
  const asked = overrides === null ? null : preview(overrides, remote, { url, shell, options });
  try {
    output.progress(`building ${remote.manifest.name}…`);
    const isStopped = stopping.then(() => true);
    const isReady = Promise.all([asked, development.firstBuild]).then(() => false);
    if (await Promise.race([isReady, isStopped])) return;
    const shown = await asked;
    announce(output, remote, url, shown);
    if (options.open === true) openInBrowser(shown?.link ?? url);
    await Promise.race([isStopped, development.failed]);
  } finally {
    try {
      await development.stop();
    } finally {
      // What is asked for while it ends is ended as well; why it was refused has been thrown already.
      await (await asked?.catch(() => null))?.end();
    }
  }
}

export const registerDev: Register = (program, output) => {
  withChannel(program.command("dev"))
    .summary("develop a remote inside the deployed shell")
    .description(
      "Runs a remote on this machine and shows it, to you alone, in the shell that is deployed; everything else there is live. Edits show by themselves.",
    )
    .argument("<remote>", "name of a remote of this repository, or its folder")
    .option("--shell <url>", "where the shell is (MULLION_SHELL)")
    .option("--port <n>", "port of this machine; any that is free when not given", "0")
    .option("--minutes <n>", "how long the link is good for, 1440 at most", "480")
    .option("--no-override", "its own page only: needs no sign-in, shows nothing in the shell")
    .option("--verbose", "everything that Next.js prints")
    .option("--open", "open it in the browser of this machine")
    .action(async (remote: string, options: DevOptions) => {
      await run(remote, options, output());
    });
};
