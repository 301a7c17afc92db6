import { hash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { FastifyInstance } from "fastify";

/** The stylesheet shared with the shell; its URL changes with its content. */
export interface Stylesheet {
  url: string;
  content: Buffer;
}

/** Reads the stylesheet of `@mullion/ui`. */
export async function loadStylesheet(): Promise<Stylesheet> {
  const content = await readFile(fileURLToPath(import.meta.resolve("@mullion/ui/styles.css")));
  return { url: `/assets/styles.${hash("sha256", content).slice(0, 16)}.css`, content };
}

/** Serves the stylesheet, for ever: another content has another URL. */
export function serveStylesheet(app: FastifyInstance, { url, content }: Stylesheet): void {
  app.get(url, async (_request, reply) =>
    reply
      .type("text/css; charset=utf-8")
      .header("cache-control", "public, max-age=31536000, immutable")
      .send(content),
  );
}
