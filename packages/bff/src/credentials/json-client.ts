import type { IncomingHttpHeaders } from "node:http";
import { request } from "undici";

/** An answer: `body` is undefined when it was not JSON. */
export interface JsonAnswer {
  readonly status: number;
  readonly body: unknown;
  /** The other side's time, in milliseconds; ours where it does not tell. */
  readonly sentAt: number;
}

/** One request with JSON both ways. */
export interface JsonRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly body?: unknown;
  readonly accessToken?: string;
  readonly signal: AbortSignal;
}

const maxBytes = 65_536;

function sentAt(headers: IncomingHttpHeaders): number {
  const told = Date.parse(headers.date ?? "");
  return Number.isNaN(told) ? Date.now() : told;
}

async function readLimited(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBytes) throw new Error(`The answer has over ${maxBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/**
 * Sends one request. Redirects are answers like any other: credentials are never sent where somebody else points.
 * @throws {Error} when there is no answer, or one that is too long.
 */
export async function requestJson({
  method,
  url,
  body,
  accessToken,
  signal,
}: JsonRequest): Promise<JsonAnswer> {
  const response = await request(url, {
    method,
    headers: {
      accept: "application/json",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
    },
    body: body === undefined ? null : JSON.stringify(body),
    signal,
  });
  const text = await readLimited(response.body);
  return { status: response.statusCode, body: parseJson(text), sentAt: sentAt(response.headers) };
}
