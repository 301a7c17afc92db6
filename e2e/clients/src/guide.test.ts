import { describe, expect, it } from "vitest";
import { fillIn, parseGuide } from "./guide.ts";

const block = (info: string, code: string): string => `\`\`\`${info}\n${code}\n\`\`\`\n`;

describe("a guide", () => {
  it("consists of client entries, of code that is run, and of plain output", () => {
    const text = block("json client", "{}") + block("js run a.mjs", "1;") + block("sh run", "x");
    expect(parseGuide("g", `# G\n${text}${block("text", "printed")}`)).toEqual({
      name: "g",
      clients: ["{}\n"],
      runnable: [
        { language: "js", name: "a.mjs", code: "1;\n" },
        { language: "sh", name: "", code: "x\n" },
      ],
    });
  });

  it.each(["js", "sh", "json", "", "js a.mjs", "text run-later"])(
    "cannot hold a block that no test runs: ```%s",
    (info) => {
      expect(() => parseGuide("g", block(info, "x"))).toThrow(
        expect.objectContaining({ code: "block_unmarked" }) as Error,
      );
    },
  );

  it("is filled in completely or not at all", () => {
    expect(fillIn('["$APP_URL/callback", "$APP_URL/"]', { APP_URL: "http://a" })).toBe(
      '["http://a/callback", "http://a/"]',
    );
    expect(() => fillIn("$OTHER", { APP_URL: "http://a" })).toThrow("$OTHER has no value");
  });
});
