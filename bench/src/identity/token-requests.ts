import { Pool } from "undici";

/** A client that authenticates with its secret. */
export interface SecretClient {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Sends a client's requests to the endpoints that take forms, on connections that stay open. */
export class TokenRequests {
  readonly #pool: Pool;
  readonly #authorization: string;

  constructor(origin: string, { clientId, clientSecret }: SecretClient, connections: number) {
    this.#pool = new Pool(origin, { connections });
    this.#authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`;
  }

  /** Posts a form; returns the answer's JSON, or throws when it is not 200. */
  async post(path: string, form: Readonly<Record<string, string>>): Promise<Record<string, unknown>> {
    const { statusCode, body } = await this.#pool.request({
      path,
      method: "POST",
      headers: {
        authorization: this.#authorization,
        "content-type": "application/x-www-form-urlencoded",
      },
      body: new URLSearchParams(form).toString(),
    });
    const text = await body.text();
    if (statusCode !== 200) throw new Error(`${path} answered ${String(statusCode)}: ${text.slice(0, 300)}`);
    return JSON.parse(text) as Record<string, unknown>;
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}
