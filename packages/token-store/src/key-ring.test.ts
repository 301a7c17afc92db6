import { describe, expect, it } from "vitest";
import { createKeyRing } from "./key-ring.ts";

const key = (id: string, byte: number): string => `${id}:${Buffer.alloc(32, byte).toString("base64")}`;

describe("key ring", () => {
  it("opens what an older key of the ring sealed, and seals with the newest", () => {
    const sealed = createKeyRing(key("old", 1)).seal("text", "context");
    const rotated = createKeyRing(`${key("new", 2)},${key("old", 1)}`);
    expect(rotated.open(sealed, "context")).toBe("text");
    expect(rotated.seal("text", "context")).toMatch(/^new\./);
  });

  it("refuses an altered value, another context and a key it does not know", () => {
    const ring = createKeyRing(key("a", 1));
    const sealed = ring.seal("text", "context");
    const altered = sealed.slice(0, -2) + (sealed.endsWith("AA") ? "BB" : "AA");
    expect(() => ring.open(altered, "context")).toThrow(
      expect.objectContaining({ code: "record_unreadable" }),
    );
    expect(() => ring.open(sealed, "other")).toThrow(expect.objectContaining({ code: "record_unreadable" }));
    const stranger = createKeyRing(key("b", 1));
    expect(() => stranger.open(sealed, "context")).toThrow(
      expect.objectContaining({ code: "record_unreadable" }),
    );
  });

  it.each(["", "a", "a:short", `a b:${Buffer.alloc(32).toString("base64")}`])(
    "refuses the definition %j",
    (definition) => {
      expect(() => createKeyRing(definition)).toThrow(expect.objectContaining({ code: "bad_key_ring" }));
    },
  );
});
