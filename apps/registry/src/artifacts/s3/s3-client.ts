import type { Readable } from "node:stream";
import { unavailable } from "@mullion/http-service";
import { AwsV4Signer } from "aws4fetch";
import { Agent, type Dispatcher, interceptors } from "undici";
import type { S3Settings } from "../store-settings.ts";

/** What is sent beside the object's name. */
interface S3Request {
  readonly method: "GET" | "HEAD" | "PUT";
  /** Key of an object; none for the bucket itself. */
  readonly key?: string;
  /** `x-amz-content-sha256` says what the body hashes to: the store refuses any other. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Readable | Uint8Array;
}

/** Answers that mean something; any other is thrown as 503. */
const meaningful = {
  ok: [200, 201, 204],
  missing: [404],
  exists: [412],
  conflict: [409],
  unsupported: [501],
};
type S3Outcome = keyof typeof meaningful;

/** An answer. Its body must be read, dumped or destroyed. */
export interface S3Answer {
  readonly outcome: S3Outcome;
  readonly bytes: number;
  readonly body: Dispatcher.ResponseData["body"];
}

/** How long to wait: for a connection, for the next byte of an answer, for a whole write. */
export interface S3Patience {
  readonly connectMs: number;
  readonly silenceMs: number;
  readonly writeMs: number;
}

// SHA-256 of nothing.
const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const patience: S3Patience = { connectMs: 3_000, silenceMs: 10_000, writeMs: 60_000 };
const away = "The store of the artifacts does not answer. Try again shortly.";

/** The store's own code, e.g. `SignatureDoesNotMatch`. The rest of its answer may repeat what was signed. */
function codeIn(text: string): string {
  return /<Code>([A-Za-z0-9]{1,64})<\/Code>/.exec(text)?.[1] ?? "no code";
}

/** Signed requests (AWS Signature Version 4) to one bucket. Reads are tried again, from where they broke off. */
export class S3Client {
  readonly #settings: S3Settings;
  readonly #base: string;
  readonly #agent: Agent;
  readonly #reading: Dispatcher;
  readonly #writeMs: number;

  constructor(settings: S3Settings, { connectMs, silenceMs, writeMs }: S3Patience = patience) {
    this.#settings = settings;
    this.#writeMs = writeMs;
    this.#base = `${settings.endpoint.replace(/\/+$/, "")}/${settings.bucket}`;
    this.#agent = new Agent({
      connections: 64,
      connect: { timeout: connectMs },
      headersTimeout: silenceMs,
      bodyTimeout: silenceMs,
    });
    this.#reading = this.#agent.compose(
      interceptors.retry({ maxRetries: 2, minTimeout: 100, maxTimeout: 500, throwOnError: false }),
    );
  }

  /** @throws {ProblemError} 503 when the store is away, slow, or refuses the key. */
  async send({ method, key, headers = {}, body }: S3Request): Promise<S3Answer> {
    const { region, accessKeyId, secretAccessKey } = this.#settings;
    const signed = await new AwsV4Signer({
      ...{ service: "s3", region, accessKeyId, secretAccessKey, method },
      url: key === undefined ? this.#base : `${this.#base}/${key}`,
      headers: { "x-amz-content-sha256": emptyHash, ...headers },
    }).sign();
    const dispatcher = method === "PUT" ? this.#agent : this.#reading;
    const url = signed.url;
    try {
      const answer = await dispatcher.request({
        ...{ origin: url.origin, path: url.pathname, method },
        headers: Object.fromEntries(signed.headers),
        ...(body === undefined ? {} : { body }),
        ...(method === "PUT" ? { signal: AbortSignal.timeout(this.#writeMs) } : {}),
      });
      return await this.#understand(method, answer);
    } catch (error) {
      throw unavailable(error, away);
    }
  }

  /** Ends requests under way: whoever asked has gone by then. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #understand(
    method: string,
    { statusCode, headers, body }: Dispatcher.ResponseData,
  ): Promise<S3Answer> {
    for (const outcome of Object.keys(meaningful) as S3Outcome[]) {
      if (meaningful[outcome].includes(statusCode)) {
        return { outcome, bytes: Number(headers["content-length"] ?? 0), body };
      }
    }
    throw new Error(`the store answers ${method} with ${String(statusCode)}: ${codeIn(await body.text())}`);
  }
}
