import { createParser, type EventSourceMessage } from "eventsource-parser";
import { BffError } from "./errors.ts";

/** The server says something every 15 seconds, if only a comment; after three times that it is gone, in milliseconds. */
const silenceMs = 45_000;

interface EventReader {
  readonly onEvent: (event: EventSourceMessage) => void;
  /** The server's wish for the delay before a reconnect, in milliseconds. */
  readonly onRetry: (delayMs: number) => void;
}

async function nextChunk(
  reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
): Promise<ReadableStreamReadResult<Uint8Array<ArrayBuffer>>> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new BffError({ status: 0, code: "stream_lost", message: "The stream fell silent." }));
    }, silenceMs);
  });
  try {
    return await Promise.race([reader.read(), silence]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Reads server-sent events until the server ends the response.
 * @throws {BffError} `stream_lost` when nothing came for 45 seconds; whatever reading throws when the connection broke.
 */
export async function readEvents(response: Response, { onEvent, onRetry }: EventReader): Promise<void> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  const parser = createParser({ onEvent, onRetry });
  const decoder = new TextDecoder();
  try {
    for (;;) {
      const { done, value } = await nextChunk(reader);
      if (done) return;
      parser.feed(decoder.decode(value, { stream: true }));
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}
