import { type Channel, channelSchema } from "@mullion/contracts";
import { request } from "undici";

/** Where the registry is and who asks. */
export interface RegistryClientOptions {
  readonly registryUrl: string;
  readonly channel: string;
  readonly getToken: () => Promise<string>;
}

/** Seconds the registry holds a question until something changes. */
const waitSeconds = 25;

/**
 * Asks the registry for its channel; with `after`, waits until the revision is larger than that.
 * Resolves to null when nothing changed in time.
 */
export async function fetchChannel(
  { registryUrl, channel, getToken }: RegistryClientOptions,
  after: number | null,
  signal: AbortSignal,
): Promise<Channel | null> {
  const url = new URL(`/channels/${channel}`, registryUrl);
  if (after !== null) {
    url.searchParams.set("after", String(after));
    url.searchParams.set("waitSeconds", String(waitSeconds));
  }
  const response = await request(url, {
    headers: { authorization: `Bearer ${await getToken()}`, accept: "application/json" },
    signal,
    headersTimeout: (waitSeconds + 10) * 1_000,
  });
  if (response.statusCode === 304) {
    await response.body.dump();
    return null;
  }
  if (response.statusCode !== 200) {
    throw new Error(`The registry answered ${response.statusCode}: ${await response.body.text()}`);
  }
  return channelSchema.parse(await response.body.json());
}
