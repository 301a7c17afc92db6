import webpack, { type Configuration, type RuleSetRule } from "webpack";

type Plugins = NonNullable<Configuration["plugins"]>;

/** The part of webpack's configuration that is changed. */
export interface ClientConfig {
  plugins: Plugins;
  readonly module: NonNullable<Configuration["module"]>;
}

/**
 * What Next's React Refresh expects on the page. The pages of a remote's own server have it; in a page of the shell there is
 * nobody to refresh, and the whole pane is mounted anew.
 */
const refreshStandIn =
  'typeof self!=="undefined"&&(self.$RefreshReg$??=()=>{},self.$RefreshSig$??=()=>(type)=>type);';

/**
 * Source maps in files of their own: Next's evaluate every module, which the Content-Security-Policy of the shell's pages
 * forbids. Next puts a changed `devtool` back, hence the plugins.
 */
function withoutEval(plugins: Plugins): Plugins {
  return [
    ...plugins.filter((plugin) => plugin?.constructor.name !== "EvalSourceMapDevToolPlugin"),
    new webpack.SourceMapDevToolPlugin({
      filename: "[file].map",
      test: /\.js$/,
      columns: false,
      exclude: [/node_modules/],
    }),
  ];
}

/**
 * Puts style tags where every page can have them (Next's looks for an anchor that only its own development pages have),
 * marked with the container, so that the next build can replace them. The loader writes the source into the bundle.
 */
function insertStyle(container: string): object {
  const mark = `element.dataset.mullionDevelopment=${JSON.stringify(container)}`;
  return { toString: () => `function(element){${mark};document.head.append(element)}` };
}

interface StyleLoader {
  loader: string;
  options: { insert?: unknown };
}

function isStyleLoader(use: unknown): use is StyleLoader {
  return (
    typeof use === "object" &&
    use !== null &&
    "loader" in use &&
    typeof use.loader === "string" &&
    /next-style-loader/.test(use.loader)
  );
}

function eachRule(rules: readonly unknown[], visit: (rule: RuleSetRule) => void): void {
  for (const rule of rules) {
    if (typeof rule !== "object" || rule === null) continue;
    visit(rule);
    if ("oneOf" in rule && Array.isArray(rule.oneOf)) eachRule(rule.oneOf, visit);
    if ("rules" in rule && Array.isArray(rule.rules)) eachRule(rule.rules, visit);
  }
}

/** Changes what `next dev` builds for browsers, so that pages of the shell can load it. */
export function adaptClientBuild(config: ClientConfig, container: string): void {
  eachRule(config.module.rules ?? [], (rule) => {
    for (const use of Array.isArray(rule.use) ? rule.use : []) {
      if (isStyleLoader(use)) use.options.insert = insertStyle(container);
    }
  });
  config.plugins = [
    ...withoutEval(config.plugins),
    new webpack.BannerPlugin({ banner: refreshStandIn, raw: true, include: /remoteEntry\.js$/ }),
  ];
}
