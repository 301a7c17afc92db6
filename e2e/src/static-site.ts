import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";

/** Files of a folder at an origin of their own. */
export interface StaticSite {
  readonly origin: string;
  close(): Promise<void>;
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".json": "application/json",
};

/** Serves what a build made, and `extra` beside it. Pages may talk to the origins in `connectTo` only. */
export async function serveSite(options: {
  readonly port: number;
  readonly folder: string;
  readonly extra?: Readonly<Record<string, string>>;
  readonly connectTo: readonly string[];
}): Promise<StaticSite> {
  const { port, folder, extra = {}, connectTo } = options;
  const policy = `default-src 'self'; connect-src 'self' ${connectTo.join(" ")}; img-src data:; form-action *`;
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const name = pathname === "/" ? "/index.html" : path.posix.normalize(pathname);
    const content = extra[name] ?? readFile(path.join(folder, name));
    Promise.resolve(content).then(
      (body) =>
        response
          .writeHead(200, {
            "content-type": types[path.extname(name)] ?? "application/octet-stream",
            "content-security-policy": policy,
          })
          .end(body),
      () => response.writeHead(404).end(),
    );
  });
  server.listen(port, "localhost");
  await once(server, "listening");
  return {
    origin: `http://localhost:${String(port)}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
