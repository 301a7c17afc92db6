import { once } from "node:events";
import { type ClientRequest, type IncomingMessage, type RequestOptions, request } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import type { Nginx } from "@mullion/local";
import { freePort } from "@mullion/testing";
import { startEdge } from "./start-edge.ts";
import { startUpstream, type TestUpstream } from "./test-upstream.ts";

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** An edge between tests and two servers that write down what reaches them. */
export interface TestEdge {
  readonly port: number;
  readonly shell: TestUpstream;
  readonly registry: TestUpstream;
  /** A request as it is written, not yet ended. */
  send(host: string, path: string, options?: RequestOptions): ClientRequest;
  get(host: string, path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** What nginx answers to bytes as they are. */
  raw(lines: readonly string[]): Promise<string>;
  /** Forgets what was seen; both answer with a file to keep for ever again. */
  reset(): void;
  stop(): Promise<void>;
}

export const immutable = "public, max-age=31536000, immutable";
export const shellHost = "shell.test";
export const artifactsHost = "artifacts.test";

/** Ends a request and reads its answer. */
export async function answerTo(sent: ClientRequest): Promise<Answer> {
  const [response] = (await once(sent.end(), "response")) as [IncomingMessage];
  return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) };
}

/** Starts nginx with two servers behind it. */
export async function startTestEdge(nginx: Nginx): Promise<TestEdge> {
  const [shell, registry, port] = await Promise.all([startUpstream(), startUpstream(), freePort()]);
  const edge = await startEdge({
    nginx,
    port,
    shellHost,
    artifactsHost,
    shellServers: [shell.address],
    registryServers: [registry.address],
  });
  const send: TestEdge["send"] = (host, path, options = {}) => {
    const headers = Object.assign({ host }, options.headers);
    return request({ host: "127.0.0.1", port, path, agent: false, ...options, headers });
  };
  return {
    port,
    shell,
    registry,
    send,
    get: (host, path, headers = {}) => answerTo(send(host, path, { headers })),
    async raw(lines) {
      const socket = connect(port, "127.0.0.1");
      socket.end(lines.join("\r\n"));
      return text(socket);
    },
    reset() {
      for (const upstream of [shell, registry]) {
        upstream.seen.length = 0;
        upstream.answer = (_request, response) =>
          response.writeHead(200, { "cache-control": immutable }).end("file");
      }
    },
    async stop() {
      await edge.stop();
      await Promise.all([shell.stop(), registry.stop()]);
    },
  };
}
