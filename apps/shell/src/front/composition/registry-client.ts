import { type Channel, channelSchema, type PlacedVersion, placedVersionSchema } from "@mullion/contracts";
import { request } from "undici";
import { ShellError } from "../errors.ts";

/** Where the registry is and who asks. */
export interface RegistryClientOptions {
  readonly registryUrl: string;
  readonly channel: string;
  readonly getToken: () => Promise<string>;
}

/** Seconds the registry holds a question until something changes. */
const waitSeconds = 25;
/** A page waits for these answers. */
const answerWithinMs = 1_500;

interface Question {
  readonly method?: "GET" | "POST" | "PUT";
  readonly query?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

/**
 * Asks the registry as the shell's client. Resolves to null for 304 and 404, to nothing else than JSON otherwise.
 * @throws {ShellError} `registry_failed`
 */
export async function askRegistry(
  { registryUrl, getToken }: RegistryClientOptions,
  path: string,
  { method = "GET", query = {}, json, signal, timeoutMs = answerWithinMs }: Question = {},
): Promise<unknown> {
  const url = new URL(path, registryUrl);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const response = await request(url, {
    method,
    headers: {
      authorization: `Bearer ${await getToken()}`,
      accept: "application/json",
      ...(json === undefined ? {} : { "content-type": "application/json" }),
    },
    body: json === undefined ? null : JSON.stringify(json),
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    signal: signal ?? null,
  });
  if (response.statusCode === 304 || response.statusCode === 404) {
    await response.body.dump();
    return null;
  }
  const text = await response.body.text();
  if (response.statusCode >= 300) {
    throw new ShellError("registry_failed", `The registry answered ${response.statusCode}: ${text}`);
  }
  return text === "" ? null : (JSON.parse(text) as unknown);
}

/**
 * Asks the registry for its channel; with `after`, waits until the revision is larger than that.
 * Resolves to null when nothing changed in time.
 */
export async function fetchChannel(
  client: RegistryClientOptions,
  after: number | null,
  signal: AbortSignal,
): Promise<Channel | null> {
  const query = after === null ? {} : { after: String(after), waitSeconds: String(waitSeconds) };
  const timeoutMs = (waitSeconds + 10) * 1_000;
  const answer = await askRegistry(client, `/channels/${client.channel}`, { query, signal, timeoutMs });
  return answer === null ? null : channelSchema.parse(answer);
}

/** A version that the channel showed at some time and did not withdraw; null for any other. */
export async function fetchPastVersion(
  client: RegistryClientOptions,
  remote: string,
  version: string,
): Promise<PlacedVersion | null> {
  const path = `/channels/${client.channel}/remotes/${remote}/versions/${version}`;
  return placedVersionSchema.nullable().parse(await askRegistry(client, path));
}
