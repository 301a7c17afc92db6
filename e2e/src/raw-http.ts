import { once } from "node:events";
import { connect } from "node:net";

/** An answer as it came over the wire. */
export interface RawAnswer {
  /** 0 when the connection was closed without an answer. */
  readonly status: number;
  /** Everything received, of however many answers. */
  readonly text: string;
  /** How many answers came: more than one to one request is smuggling. */
  readonly answers: number;
}

/**
 * Sends bytes that no HTTP client would and returns what comes back until the server closes, or has been quiet for
 * `quietMs`. `lines` are joined with CRLF.
 */
export async function sendRaw(
  server: string,
  lines: readonly string[],
  { quietMs = 400 }: { quietMs?: number } = {},
): Promise<RawAnswer> {
  const { hostname, port } = new URL(server);
  const socket = connect(Number(port), hostname);
  let text = "";
  socket.setEncoding("latin1").on("data", (chunk: string) => {
    text += chunk;
  });
  socket.setTimeout(quietMs, () => socket.destroy());
  socket.on("error", () => undefined);
  const closed = once(socket, "close");
  socket.write(lines.join("\r\n"), "latin1");
  await closed;
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0),
    text,
    answers: text.match(/^HTTP\/1\.1 /gm)?.length ?? 0,
  };
}
