import { describe, expect, it } from "vitest";
import { createFrameReader, encodeFrame } from "./frames.ts";

function readAll(chunks: readonly Buffer[], limitBytes = 1_000): { message: unknown; payload: string }[] {
  const read: { message: unknown; payload: string }[] = [];
  const reader = createFrameReader(limitBytes, (message, payload) => {
    read.push({ message, payload: payload.toString() });
  });
  for (const chunk of chunks) reader(chunk);
  return read;
}

describe("frames", () => {
  const stream = Buffer.concat([
    encodeFrame({ id: 1 }),
    encodeFrame({ id: 2 }, Buffer.from("code")),
    encodeFrame({ text: "ü" }),
  ]);
  const messages = [
    { message: { id: 1 }, payload: "" },
    { message: { id: 2 }, payload: "code" },
    { message: { text: "ü" }, payload: "" },
  ];

  it("come out as they went in, however the bytes are cut", () => {
    expect(readAll([stream])).toEqual(messages);
    expect(readAll([...stream].map((byte) => Buffer.from([byte])))).toEqual(messages);
  });

  it("SEC-56 one that claims to be larger than allowed is refused before its bytes come", () => {
    const claim = Buffer.alloc(8);
    claim.writeUInt32BE(0xffff_ffff, 0);
    expect(() => readAll([claim])).toThrow(RangeError);
  });

  it("SEC-56 one whose lengths contradict each other, or that is not JSON, is refused", () => {
    const lying = encodeFrame({ id: 1 });
    lying.writeUInt32BE(900, 4);
    expect(() => readAll([lying])).toThrow(RangeError);
    const garbage = encodeFrame({ id: 1 });
    garbage.fill(0xff, 8);
    expect(() => readAll([garbage])).toThrow(SyntaxError);
  });
});
