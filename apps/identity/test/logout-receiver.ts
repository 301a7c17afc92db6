import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";

/** A client's end of the back channel (OpenID Connect Back-Channel Logout 1.0). */
export interface LogoutReceiver {
  uri: string;
  /** The logout tokens it was sent, oldest first. */
  tokens: string[];
  /** Statuses to answer with, first to last; 200 when none is left. */
  answers: number[];
  close(): void;
}

export async function startLogoutReceiver(): Promise<LogoutReceiver> {
  const receiver: LogoutReceiver = { uri: "", tokens: [], answers: [], close: () => server.close() };
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      receiver.tokens.push(new URLSearchParams(body).get("logout_token") ?? "");
      response.writeHead(receiver.answers.shift() ?? 200).end();
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("not a TCP address");
  receiver.uri = `http://localhost:${String(address.port)}/api/auth/backchannel-logout`;
  return receiver;
}
