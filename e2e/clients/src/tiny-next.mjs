// Serves `pages/api` of the folder it is started in, with Next's own resolver of API routes: no build, no pages.
import { createServer } from "node:http";
import { registerHooks } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { apiResolver } from "next/dist/server/api-utils/node/api-resolver.js";

// A bundler gives importers of a CommonJS module its `default`; Node gives them the module.
registerHooks({
  resolve(specifier, context, next) {
    if (!/^next-auth(\/|$)/.test(specifier) || !context.parentURL?.includes("/pages/")) {
      return next(specifier, context);
    }
    const { url } = next(specifier, context);
    const source = `import m from ${JSON.stringify(url)}; export default m.default; export const getServerSession = m.getServerSession;`;
    return { url: `data:text/javascript,${encodeURIComponent(source)}`, shortCircuit: true };
  },
});

const load = (path) => import(pathToFileURL(join(process.cwd(), "pages/api", path)).href);
const routes = { auth: await load("auth/[...nextauth].mjs"), profile: await load("profile.mjs") };
const preview = { previewModeId: "", previewModeEncryptionKey: "", previewModeSigningKey: "" };

createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, "http://localhost");
  const [, , name, ...nextauth] = pathname.split("/");
  const route = routes[name];
  if (route === undefined) {
    response.writeHead(404).end();
    return;
  }
  const query = { ...Object.fromEntries(searchParams), ...(name === "auth" && { nextauth }) };
  await apiResolver(request, response, query, route, preview, false);
}).listen(Number(process.argv[2]), "127.0.0.1", () => {
  process.stdout.write("listening\n");
});
