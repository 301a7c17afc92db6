import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { createHttpService, ProblemError } from "@mullion/http-service";
import type { FastifyInstance, FastifyReply } from "fastify";
import type { Logger } from "pino";
import type { MailStore } from "./mail-store.ts";
import { mailsPage } from "./pages.ts";

const pageHeaders = {
  "content-security-policy":
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
} as const;

// What a mail brings along runs nothing, loads nothing and cannot reach this page; its links open in a tab of their own.
const mailHeaders = {
  "content-security-policy":
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'",
} as const;

const assets = {
  "/assets/styles.css": { file: import.meta.resolve("@mullion/ui/styles.css"), type: "text/css" },
  "/assets/sink.css": { file: new URL("../assets/sink.css", import.meta.url), type: "text/css" },
  "/assets/live.js": { file: new URL("../assets/live.js", import.meta.url), type: "text/javascript" },
} as const;

const localHosts = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Other sites may name this address in their own DNS: only requests that were meant for this machine are answered. */
function refuseForeign(app: FastifyInstance): void {
  app.addHook("onRequest", async ({ hostname, method, headers }) => {
    const site = headers["sec-fetch-site"];
    const foreignWrite = method === "POST" && site !== undefined && site !== "same-origin";
    if (localHosts.has(hostname) && !foreignWrite) return;
    throw new ProblemError({ status: 403, code: "cross_site_request", title: "Not from this machine." });
  });
}

async function serveAssets(app: FastifyInstance): Promise<void> {
  for (const [url, { file, type }] of Object.entries(assets)) {
    const content = await readFile(fileURLToPath(file));
    app.get(url, async (_request, reply) => reply.type(`${type}; charset=utf-8`).send(content));
  }
}

/** Tells the page of every change, until the browser leaves. */
function sendChanges(reply: FastifyReply, store: MailStore): void {
  reply.hijack();
  reply.raw.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  reply.raw.write("retry: 1000\n\n");
  const stop = store.onChange(() => reply.raw.write("event: change\ndata:\n\n"));
  reply.raw.on("close", stop);
}

/** The page that shows the mails, and `GET /mails.json?to=` for tests. Not yet listening. */
export async function createWeb(store: MailStore, logger?: Logger): Promise<FastifyInstance> {
  const app = createHttpService({ name: "mail-sink", ...(logger === undefined ? {} : { logger }) });
  const streams = new Set<FastifyReply>();
  refuseForeign(app);
  await serveAssets(app);
  app.addContentTypeParser("application/x-www-form-urlencoded", (_request, payload, done) => {
    payload.resume().on("end", () => {
      done(null);
    });
  });

  const send = (reply: FastifyReply, id?: string): FastifyReply => {
    const current = id === undefined ? undefined : store.find(id);
    const { html } = mailsPage({ stylesheet: "/assets/styles.css" }, store.list(), current);
    const gone = id !== undefined && current === undefined;
    return reply
      .code(gone ? 404 : 200)
      .headers(pageHeaders)
      .type("text/html; charset=utf-8")
      .send(html);
  };

  app.get("/", async (_request, reply) => send(reply));
  app.get<{ Params: { id: string } }>("/mails/:id", async ({ params }, reply) => send(reply, params.id));
  app.get<{ Params: { id: string } }>("/mails/:id/html", async ({ params }, reply) => {
    const markup = store.find(params.id)?.html;
    if (markup === undefined) {
      reply.callNotFound();
      return reply;
    }
    return reply
      .headers(mailHeaders)
      .type("text/html; charset=utf-8")
      .send(`<base target="_blank">${markup}`);
  });
  app.get<{ Querystring: { to?: string } }>("/mails.json", async ({ query }) => store.list(query.to));
  app.post("/clear", async (_request, reply) => {
    store.clear();
    return reply.redirect("/", 303);
  });
  app.get("/events", (_request, reply) => {
    streams.add(reply);
    reply.raw.on("close", () => streams.delete(reply));
    sendChanges(reply, store);
  });
  app.addHook("preClose", async () => {
    for (const { raw } of streams) raw.end();
  });
  return app;
}
