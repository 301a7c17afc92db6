import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { createTestIssuer } from "@mullion/testing";

/** An issuer of the device flow whose refresh tokens are good once, with no second chance. */
export interface TestDeviceIssuer {
  readonly url: string;
  /** What the person in the browser decides; until then the device has to wait. */
  decide(decision: "allow" | "deny"): void;
  /** Ends every sign-in, as signing out elsewhere does. */
  endSignIns(): void;
  setDown(down: boolean): void;
  readonly revoked: readonly string[];
  readonly refreshes: number;
  close(): Promise<void>;
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return new URLSearchParams(Buffer.concat(chunks).toString("utf8"));
}

interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

const refuse = (error: string): Answer => ({ status: 400, body: { error } });

/** Starts one on a free port of 127.0.0.1. */
export async function startDeviceIssuer(): Promise<TestDeviceIssuer> {
  const signer = await createTestIssuer();
  const state = {
    decision: "none",
    down: false,
    live: new Set<string>(),
    revoked: [] as string[],
    refreshes: 0,
  };

  async function tokens(): Promise<Answer> {
    const refreshToken = `refresh-canary-${randomUUID()}`;
    state.live.add(refreshToken);
    const claims = { name: "Ada", email: "ada@mullion.test", roles: ["developer"], scope: "registry:read" };
    const accessToken = await signer.sign({ ...claims, client_id: "mullion-cli" });
    const body = {
      access_token: accessToken,
      refresh_token: refreshToken,
      token_type: "Bearer",
      expires_in: 600,
    };
    return { status: 200, body };
  }

  async function answerToken(form: URLSearchParams): Promise<Answer> {
    if (form.get("grant_type") === "refresh_token") {
      state.refreshes += 1;
      return state.live.delete(form.get("refresh_token") ?? "") ? tokens() : refuse("invalid_grant");
    }
    if (state.decision === "deny") return refuse("access_denied");
    return state.decision === "allow" ? tokens() : refuse("authorization_pending");
  }

  const routes: Readonly<Record<string, (form: URLSearchParams) => Answer | Promise<Answer>>> = {
    "/.well-known/openid-configuration": () => ({
      status: 200,
      body: {
        issuer: url,
        token_endpoint: `${url}/token`,
        revocation_endpoint: `${url}/revoke`,
        device_authorization_endpoint: `${url}/device/auth`,
      },
    }),
    "/device/auth": () => ({
      status: 200,
      body: {
        device_code: "device-code",
        user_code: "BCDF-GHJK",
        verification_uri: `${url}/device`,
        verification_uri_complete: `${url}/device?user_code=BCDF-GHJK`,
        expires_in: 600,
        interval: 0.05,
      },
    }),
    "/token": answerToken,
    "/revoke": (form) => {
      state.revoked.push(form.get("token") ?? "");
      return { status: 200 };
    },
  };

  const server = createServer((request, response) => {
    void (async () => {
      const route = state.down ? undefined : routes[request.url ?? ""];
      const { status, body } = (await route?.(await readForm(request))) ?? { status: state.down ? 503 : 404 };
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body ?? {}));
    })();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("not a TCP address");
  const url = `http://127.0.0.1:${String(address.port)}`;
  return {
    url,
    decide: (decision) => {
      state.decision = decision;
    },
    endSignIns: () => {
      state.live.clear();
    },
    setDown: (down) => {
      state.down = down;
    },
    revoked: state.revoked,
    get refreshes() {
      return state.refreshes;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await signer.close();
    },
  };
}
