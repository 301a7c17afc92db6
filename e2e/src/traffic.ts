import type { BrowserContext, Request, Response } from "@playwright/test";

/** Everything the browser received and everything that went wrong in it. */
export interface Traffic {
  /** Pages loaded by the browser (client-side navigation loads none). */
  readonly documents: string[];
  /** Console errors and warnings, uncaught errors. */
  readonly complaints: string[];
  /** All headers and bodies received so far, one string per response. */
  received(): Promise<readonly string[]>;
}

/** Browsers do not expose bodies of redirects and of streams that were cut; the headers are kept all the same. */
async function contentOf(response: Response): Promise<string> {
  const [headers, body] = await Promise.all([
    response.headersArray().catch(() => []),
    response.body().catch(() => Buffer.alloc(0)),
  ]);
  const lines = headers.map(({ name, value }) => `${name}: ${value}`);
  return [response.url(), ...lines, body.toString("latin1")].join("\n");
}

/** Watches a browser context from now on. */
export function watchTraffic(context: BrowserContext): Traffic {
  const documents: string[] = [];
  const complaints: string[] = [];
  const contents: Promise<string>[] = [];

  context.on("request", (request: Request) => {
    if (request.isNavigationRequest() && request.frame().parentFrame() === null)
      documents.push(request.url());
  });
  context.on("response", (response) => {
    contents.push(contentOf(response));
  });
  context.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") {
      complaints.push(`${message.type()}: ${message.text()} (${message.location().url})`);
    }
  });
  context.on("weberror", (error) => {
    complaints.push(`uncaught: ${String(error.error())}`);
  });
  return { documents, complaints, received: async () => Promise.all(contents) };
}
