import { type ClientRequest, type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { Duplex } from "node:stream";
import type { ServiceRoute } from "@mullion/contracts";
import { ProblemError } from "@mullion/http-service";
import type { FastifyReply, FastifyRequest } from "fastify";
import { gatewayProblem } from "./errors.ts";
import { forwardedResponseHeaders, handshakeRequestHeaders, handshakeResponseHeaders } from "./headers.ts";
import type { OpenStreams } from "./open-streams.ts";
import type { Upgrade } from "./upgrades.ts";

interface Accepted {
  response: IncomingMessage;
  socket: Duplex;
  head: Buffer;
}

/** Asks the service for a WebSocket. Resolves to its connection, or to the answer it gave instead. */
function handshake(asked: ClientRequest): Promise<Accepted | IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<Accepted | IncomingMessage>();
  asked
    .on("error", reject)
    .once("upgrade", (response, socket, head) => {
      resolve({ response, socket, head });
    })
    .once("response", resolve);
  return promise;
}

function headOf({ headers }: IncomingMessage, requestId: string): string {
  const fields = { ...handshakeResponseHeaders(headers), "x-request-id": requestId };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 101 Switching Protocols\r\n${lines.join("")}\r\n`;
}

/**
 * Joins two connections, each taken from no faster than the other takes, until one ends. What it sent is passed on
 * before the other is closed; there is no half of a WebSocket.
 */
function join(caller: Duplex, service: Duplex): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  for (const [from, to] of [
    [caller, service],
    [service, caller],
  ] as const) {
    from.on("error", () => from.destroy());
    from.once("close", () => {
      to.destroy();
      resolve(undefined);
    });
    from.once("end", () => to.end(() => to.destroy()));
    from.pipe(to, { end: false });
  }
  return promise;
}

/**
 * Opens a WebSocket at the service and joins the two connections: frames pass unread, both ways. The time limit covers
 * the handshake and then each pause with no byte either way; pings of the service are what keeps a quiet one open. When
 * one side goes away so does the other.
 */
export async function tunnel(
  { origin, route, streams }: { origin: string; route: ServiceRoute; streams: OpenStreams },
  { socket: caller, head }: Upgrade,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const target = new URL(origin);
  const asked = (target.protocol === "https:" ? requestHttps : requestHttp)({
    ...{ protocol: target.protocol, hostname: target.hostname, port: target.port },
    path: request.url,
    headers: handshakeRequestHeaders(request.headers, request.id),
    agent: false,
  });
  const timer = setTimeout(() => asked.destroy(gatewayProblem("upstream_timeout")), route.timeoutMs);
  let answer: Accepted | IncomingMessage;
  try {
    asked.end();
    answer = await handshake(asked);
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    throw gatewayProblem(caller.destroyed ? "client_closed" : "upstream_unreachable", { cause: error });
  } finally {
    clearTimeout(timer);
  }
  if (!("head" in answer)) {
    const { statusCode = 502 } = answer;
    if (statusCode >= 300 && statusCode < 400) {
      answer.destroy();
      throw gatewayProblem("upstream_redirect");
    }
    return reply.code(statusCode).headers(forwardedResponseHeaders(answer.headers)).send(answer);
  }
  const { socket: service } = answer;
  reply.hijack();
  reply.raw.detachSocket(request.raw.socket);
  caller.write(headOf(answer.response, request.id));
  caller.write(answer.head);
  service.write(head);
  answer.response.socket.setTimeout(route.timeoutMs, () => service.destroy());
  const ended = streams.add(route.id, () => service.destroy());
  await join(caller, service);
  ended();
  request.log.info({ path: route.path, ms: Math.round(reply.elapsedTime) }, "WebSocket closed");
  return reply;
}
