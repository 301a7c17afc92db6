import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import webpack from "webpack";
import { adaptClientBuild, type ClientConfig } from "./client-build.ts";
import { type BuildReport, ReportBuilds } from "./report-builds.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "mullion-build-"));
  await write("expose.js", 'export default "first";');
  await write("entry.js", 'import("./expose.js");');
  await write("page.js", 'import("./expose.js");');
});

afterEach(() => rm(folder, { recursive: true }));

const write = (name: string, text: string): Promise<void> => writeFile(path.join(folder, name), text);

/** Builds once and gives what was reported. */
async function build(
  entries: Record<string, string>,
  change?: (config: ClientConfig) => void,
): Promise<BuildReport[]> {
  const reports: BuildReport[] = [];
  const config: webpack.Configuration & ClientConfig = {
    context: folder,
    mode: "development",
    devtool: false,
    entry: entries,
    output: { path: path.join(folder, "out"), filename: "[name].js" },
    module: { rules: [] },
    plugins: [new ReportBuilds("billing_development", (report) => reports.push(report))],
  };
  change?.(config);
  const compiler = webpack(config);
  await new Promise<void>((resolve, reject) => {
    compiler.run((error) => {
      if (error === null) resolve();
      else reject(error);
    });
  });
  await new Promise<void>((resolve) => {
    compiler.close(() => {
      resolve();
    });
  });
  return reports;
}

const container = { billing_development: "./entry.js" };

it("names a build by the sources of the pane: an edit is another, a page of the remote's own is not", async () => {
  const [first] = await build(container);
  expect(first).toMatchObject({ state: "built" });
  expect(await build(container)).toEqual([first]);
  expect(await build({ ...container, page: "./page.js" })).toEqual([first]);
  await write("expose.js", 'export default "second";');
  const [second] = await build(container);
  expect(second).toMatchObject({ state: "built" });
  expect(second).not.toEqual(first);
});

it("tells what does not build, in plain text", async () => {
  await write("expose.js", "export default <");
  const [report] = await build(container);
  expect(report?.state === "failed" && report.errors.join("\n")).toContain("expose.js");
  expect(JSON.stringify(report)).not.toContain("\\u001b");
});

it("gives style tags a place in every page, and takes evaluating source maps out", async () => {
  const insert = (): void => undefined;
  const style = { loader: "/next/next-style-loader/index.js", options: { insert } };
  class EvalSourceMapDevToolPlugin {
    apply(): void {
      throw new Error("the policy of the shell's pages forbids what this makes");
    }
  }
  const [report] = await build(container, (config) => {
    config.plugins.push(new EvalSourceMapDevToolPlugin());
    config.module.rules?.push({ oneOf: [{ test: /\.css$/, use: [style] }] });
    adaptClientBuild(config, "billing_development");
  });
  expect(report).toMatchObject({ state: "built" });
  expect(String(style.options.insert)).toBe(
    'function(element){element.dataset.mullionDevelopment="billing_development";document.head.append(element)}',
  );
});
