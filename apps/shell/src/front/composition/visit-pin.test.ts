import { expect, it } from "vitest";
import { developmentOf, formatPin, parsePin, withDevelopment } from "./visit-pin.ts";

it("a pin is read back as it was written, whatever the order", () => {
  const versions = new Map([
    ["user", "1.0.0-bbbbbb"],
    ["admin", "1.0.0-aaaaaa"],
  ]);
  expect(formatPin(versions)).toBe("admin@1.0.0-aaaaaa,user@1.0.0-bbbbbb");
  expect(parsePin(formatPin(versions))).toEqual(versions);
});

it.each([
  undefined,
  "",
  "user",
  "user@latest",
  "user@1.0.0-aaaaaa@x",
  "../x@1.0.0-aaaaaa",
  "user@1.0.0-aaaaaa,user@1.0.0-bbbbbb",
  Array.from({ length: 101 }, (_, index) => `r${String(index)}@1.0.0-aaaaaa`).join(","),
])("%s is no pin", (header) => {
  expect(parsePin(header)).toBeNull();
});

it("a document that lets a development server in says so", () => {
  expect(developmentOf(parsePin(withDevelopment("user@1.0.0-aaaaaa", "billing")))).toBe("billing");
  expect(developmentOf(parsePin(withDevelopment("", "billing")))).toBe("billing");
  expect(developmentOf(parsePin("user@1.0.0-aaaaaa"))).toBeNull();
  expect(developmentOf(null)).toBeNull();
});
