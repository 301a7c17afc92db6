import { once } from "node:events";
import {
  Agent,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request,
  type ServerResponse,
} from "node:http";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { buffer } from "node:stream/consumers";

/** A request as the tap received it. */
export interface TappedRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** Field names and values as they came, alternating. */
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

/** What a test may do with a request instead of letting it pass. */
export interface Exchange {
  readonly request: TappedRequest;
  /** Answer with this, or destroy it: the caller sees its connection break. */
  readonly response: ServerResponse;
  /** Lets the real server answer. Resolves when the answer is through. */
  pass(): Promise<void>;
  /** Has the real server do what is asked, and keeps its answer from the caller. */
  swallow(): Promise<{ status: number; body: string }>;
}

/** Decides about requests; those it returns `undefined` for pass as if it were not there. */
export type Interceptor = (exchange: Exchange) => Promise<void> | undefined;

/** A proxy between two parts of the platform, to look into and to disturb. Requests pass unless they are intercepted. */
export interface Tap {
  readonly url: string;
  /** Every request so far; a test may empty it. */
  readonly requests: TappedRequest[];
  /** Intercepts until the function that it returns is called. */
  intercept(interceptor: Interceptor): () => void;
  close(): Promise<void>;
}

const toServers = new Agent({ keepAlive: true });

async function ask(target: URL, passing: TappedRequest): Promise<IncomingMessage> {
  const { method, url: path, body } = passing;
  const headers: OutgoingHttpHeaders = { ...passing.headers };
  delete headers["transfer-encoding"];
  const { hostname: host, port } = target;
  const asked = request({ host, port, method, path, headers, agent: toServers, setHost: false });
  asked.end(body);
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  return answer;
}

async function relay(target: URL, passing: TappedRequest, response: ServerResponse): Promise<void> {
  const answer = await ask(target, passing);
  const { connection: _connection, "keep-alive": _keepAlive, ...headers } = answer.headers;
  response.writeHead(answer.statusCode ?? 502, headers);
  response.once("close", () => answer.destroy());
  answer.once("error", () => response.destroy());
  answer.pipe(response);
  if (!response.destroyed) await once(response, "close");
}

/** A WebSocket handshake and what follows it: bytes in both directions. */
function relayUpgrade(target: URL, incoming: IncomingMessage, socket: Duplex, head: Buffer): Socket {
  const outgoing = connect(Number(target.port), target.hostname);
  const lines: string[] = [`${incoming.method ?? "GET"} ${incoming.url ?? "/"} HTTP/1.1`];
  for (let at = 0; at < incoming.rawHeaders.length; at += 2)
    lines.push(`${incoming.rawHeaders[at] ?? ""}: ${incoming.rawHeaders[at + 1] ?? ""}`);
  outgoing.write(`${lines.join("\r\n")}\r\n\r\n`);
  outgoing.write(head);
  for (const [one, other] of [
    [socket, outgoing],
    [outgoing, socket],
  ] as const) {
    one.on("error", () => other.destroy());
    one.on("close", () => other.destroy());
    one.pipe(other);
  }
  return outgoing;
}

/** Starts a tap on a free port of the loopback address, in front of a server that need not be there yet. */
export async function createTap(serverUrl: string): Promise<Tap> {
  const target = new URL(serverUrl);
  const requests: TappedRequest[] = [];
  const interceptors = new Set<Interceptor>();
  const tunnels = new Set<Socket>();

  const note = (incoming: IncomingMessage, body: string): TappedRequest => {
    const { method = "GET", url = "/", headers, rawHeaders } = incoming;
    const noted = { method, url, headers, rawHeaders, body };
    requests.push(noted);
    return noted;
  };
  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const passing = note(incoming, (await buffer(incoming)).toString("utf8"));
    const exchange: Exchange = {
      request: passing,
      response,
      pass: () => relay(target, passing, response),
      swallow: async () => {
        const answer = await ask(target, passing);
        return { status: answer.statusCode ?? 0, body: (await buffer(answer)).toString("utf8") };
      },
    };
    for (const interceptor of interceptors) {
      const intercepted = interceptor(exchange);
      if (intercepted !== undefined) return intercepted;
    }
    await exchange.pass();
  };

  const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, response) => {
    // A server that cannot be reached is a connection that breaks, as it would be without the tap.
    handle(incoming, response).catch(() => response.destroy());
  });
  server.on("upgrade", (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    note(incoming, "");
    const tunnel = relayUpgrade(target, incoming, socket, head);
    tunnels.add(tunnel);
    tunnel.once("close", () => tunnels.delete(tunnel));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("not a TCP address");

  return {
    url: `http://localhost:${String(address.port)}`,
    requests,
    intercept(interceptor) {
      interceptors.add(interceptor);
      return () => void interceptors.delete(interceptor);
    },
    async close() {
      for (const tunnel of tunnels) tunnel.destroy();
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
