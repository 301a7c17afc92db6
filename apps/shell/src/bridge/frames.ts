/** Bytes of a frame's two lengths: of all that follows, and of the JSON in it. */
const headerBytes = 8;

/**
 * Packs a message, and bytes that are not JSON, into one frame. The ends of the bridge speak this instead of Node's IPC:
 * a Node.js parent trusts what its child writes to that channel, and one forged message ends it.
 */
export function encodeFrame(message: unknown, payload: Uint8Array = new Uint8Array()): Buffer {
  const json = Buffer.from(JSON.stringify(message));
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32BE(json.length + payload.length, 0);
  header.writeUInt32BE(json.length, 4);
  return Buffer.concat([header, json, payload]);
}

/** Takes bytes as they come and calls `onFrame` for each frame that is complete. */
export type FrameReader = (chunk: Buffer) => void;

/**
 * Unpacks frames.
 * @throws {RangeError} (the reader) when a frame is larger than `limitBytes` or its lengths contradict each other
 * @throws {SyntaxError} (the reader) when a message is not JSON
 */
export function createFrameReader(
  limitBytes: number,
  onFrame: (message: unknown, payload: Buffer) => void,
): FrameReader {
  let chunks: Buffer[] = [];
  let held = 0;
  let needed = headerBytes;
  return (chunk) => {
    chunks.push(chunk);
    held += chunk.length;
    // Joined only when it is enough: a large frame comes in many pieces.
    while (held >= needed) {
      const bytes = Buffer.concat(chunks, held);
      const total = bytes.readUInt32BE(0);
      const jsonBytes = bytes.readUInt32BE(4);
      if (total > limitBytes || jsonBytes > total) {
        throw new RangeError(`a frame of ${total} bytes with ${jsonBytes} of JSON is not accepted`);
      }
      chunks = [bytes];
      needed = headerBytes + total;
      if (held < needed) return;
      const rest = bytes.subarray(needed);
      const end = needed;
      chunks = [rest];
      held = rest.length;
      needed = headerBytes;
      const json = bytes.subarray(headerBytes, headerBytes + jsonBytes);
      onFrame(JSON.parse(json.toString()), bytes.subarray(headerBytes + jsonBytes, end));
    }
  };
}
