import { hash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { FastifyInstance } from "fastify";

/** Serves the stylesheet of `@mullion/ui`, for ever: another content has another URL. Returns the URL. */
export async function serveStylesheet(app: FastifyInstance): Promise<string> {
  const content = await readFile(fileURLToPath(import.meta.resolve("@mullion/ui/styles.css")));
  const url = `/assets/sign-in.${hash("sha256", content).slice(0, 16)}.css`;
  app.get(url, async (_request, reply) =>
    reply
      .type("text/css; charset=utf-8")
      .header("cache-control", "public, max-age=31536000, immutable")
      .send(content),
  );
  return url;
}
