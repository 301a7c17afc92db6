import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** An HTTP server on a free port of 127.0.0.1. */
export async function serve(handler: RequestListener): Promise<{ url: string; server: Server }> {
  const server = createServer(handler).listen(0, "127.0.0.1");
  await once(server, "listening");
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

/** What identity does with the next refresh. */
export type RefreshBehaviour = "rotate" | "refuse" | "fail";

/** Identity as a test sets it. */
export interface IdentityState {
  behaviour: RefreshBehaviour;
  refreshes: number;
  expiresInSeconds: number;
  /** What identity waits for before it answers a refresh. */
  before: () => Promise<void>;
  /** Audiences that were asked for, in order. */
  audiences: string[];
}

/** A token endpoint that rotates: every refresh token is good once, and using an old one ends them all. */
export async function startTestIdentity(): Promise<{ url: string; server: Server; state: IdentityState }> {
  const state: IdentityState = {
    behaviour: "rotate",
    refreshes: 0,
    expiresInSeconds: 600,
    before: async () => undefined,
    audiences: [],
  };
  const used = new Set<string>();
  const { url, server } = await serve((request, response) => {
    const json = (status: number, body: unknown): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    const refresh = async (): Promise<void> => {
      const form = new URLSearchParams(await text(request));
      const refreshToken = form.get("refresh_token") ?? "";
      state.refreshes += 1;
      const n = state.refreshes;
      state.audiences.push(form.get("resource") ?? "");
      await state.before();
      if (state.behaviour === "fail") json(503, { error: "temporarily_unavailable" });
      else if (state.behaviour === "refuse" || used.has(refreshToken)) json(400, { error: "invalid_grant" });
      else {
        used.add(refreshToken);
        json(200, {
          access_token: `access-${n}`,
          refresh_token: `${refreshToken}.${n}`,
          token_type: "Bearer",
          expires_in: state.expiresInSeconds,
        });
      }
    };
    if (request.url === "/.well-known/openid-configuration") {
      json(200, { issuer: url, token_endpoint: `${url}/token` });
    } else void refresh();
  });
  return { url, server, state };
}

/** A request as the gateway received it. */
export interface GatewayRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}
