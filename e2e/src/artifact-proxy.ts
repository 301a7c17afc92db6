import { once } from "node:events";
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";

/** Ways in which a host of artifacts fails. */
export const faults = ["404", "500", "hang", "half a file", "old version", "slow 3G", "wrong CORS"] as const;
export type Fault = (typeof faults)[number];

/** A host in front of the registry's artifacts that fails as it is told, for one remote at a time. */
export interface ArtifactProxy {
  readonly url: string;
  /** From now on files of this remote fail in this way. */
  break(remote: string, fault: Fault): void;
  mend(remote: string): void;
  /** Changes the bytes of files whose path matches, until the function that it returns is called. */
  alter(path: RegExp, edit: (content: string) => string): () => void;
  close(): Promise<void>;
}

/** What throttled browsers call slow 3G. */
const slow = { latencyMs: 400, bytesPerTick: 5_000, tickMs: 100 };

const toRegistry = new Agent({ keepAlive: true });
/** Headers of a connection, and of bytes that are changed on their way. */
const dropped = [
  "connection",
  "keep-alive",
  "transfer-encoding",
  "content-length",
  "content-encoding",
  "etag",
];

interface File {
  readonly remote: string;
  readonly version: string;
  readonly path: string;
}

function fileOf(url: string): File | null {
  const [, remote, version, path] = /^\/artifacts\/([^/]+)\/([^/]+)\/([^?]*)/.exec(url) ?? [];
  return remote === undefined || version === undefined || path === undefined
    ? null
    : { remote, version, path };
}

async function ask(target: URL, incoming: IncomingMessage): Promise<IncomingMessage> {
  const { host: _host, "accept-encoding": _encoding, ...headers } = incoming.headers;
  const { method = "GET", url = "/" } = incoming;
  const asked = request({
    hostname: target.hostname,
    port: target.port,
    method,
    path: url,
    headers,
    agent: toRegistry,
  });
  incoming.pipe(asked);
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  return answer;
}

function send(response: ServerResponse, answer: IncomingMessage, body: Buffer, cors = "*"): void {
  const headers = Object.fromEntries(
    Object.entries(answer.headers).filter(([name]) => !dropped.includes(name)),
  );
  response.writeHead(answer.statusCode ?? 502, {
    ...headers,
    ...("access-control-allow-origin" in headers ? { "access-control-allow-origin": cors } : {}),
    "content-length": body.length,
  });
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { "access-control-allow-origin": "*", "cache-control": "no-store" }).end();
}

function trickle(response: ServerResponse, body: Buffer): void {
  let at = 0;
  const timer = setInterval(() => {
    response.write(body.subarray(at, at + slow.bytesPerTick));
    at += slow.bytesPerTick;
    if (at < body.length) return;
    clearInterval(timer);
    response.end();
  }, slow.tickMs);
  response.once("close", () => {
    clearInterval(timer);
  });
}

/** Answers as the fault has it. `answer` is what the registry said. */
function fail(
  fault: Fault,
  file: File,
  response: ServerResponse,
  answer: IncomingMessage,
  body: Buffer,
): void {
  switch (fault) {
    case "404":
    case "500":
      refuse(response, Number(fault));
      return;
    case "hang":
      return;
    case "half a file":
      send(response, answer, body);
      response.write(body.subarray(0, body.length / 2), () => response.destroy());
      return;
    case "old version": {
      const id = file.version.split("-")[1] ?? file.version;
      const older = Buffer.from(`${body.toString().replaceAll(id, "0".repeat(id.length))}\n`);
      send(response, answer, older);
      response.end(older);
      return;
    }
    case "slow 3G":
      setTimeout(() => {
        send(response, answer, body);
        trickle(response, body);
      }, slow.latencyMs);
      return;
    case "wrong CORS":
      send(response, answer, body, "https://elsewhere.test");
      response.end(body);
  }
}

/** Starts the proxy on a free port, in front of a registry that need not be there yet. */
export async function createArtifactProxy(registryUrl: string): Promise<ArtifactProxy> {
  const target = new URL(registryUrl);
  const broken = new Map<string, Fault>();
  const edits = new Set<{ path: RegExp; edit: (content: string) => string }>();

  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const answer = await ask(target, incoming);
    let body = await buffer(answer);
    const file = fileOf(incoming.url ?? "/");
    const fault = file === null ? undefined : broken.get(file.remote);
    if (file !== null && fault !== undefined) {
      fail(fault, file, response, answer, body);
      return;
    }
    for (const { path, edit } of edits) {
      if (path.test(incoming.url ?? "")) body = Buffer.from(edit(body.toString()));
    }
    send(response, answer, body);
    response.end(body);
  };

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("not a TCP address");

  return {
    url: `http://localhost:${String(address.port)}`,
    break: (remote, fault) => void broken.set(remote, fault),
    mend: (remote) => void broken.delete(remote),
    alter(path, edit) {
      const change = { path, edit };
      edits.add(change);
      return () => void edits.delete(change);
    },
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
