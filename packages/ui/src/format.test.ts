import { describe, expect, it, vi } from "vitest";
import { createFormatter } from "./format.ts";

const moment = "2026-03-09T23:30:05Z";

describe("formatter", () => {
  it.each(["Pacific/Auckland", "America/Los_Angeles"])("writes the same on a machine in %s", (machine) => {
    vi.stubEnv("TZ", machine);
    const format = createFormatter();
    expect(format.dateTime(moment)).toBe("9 Mar 2026, 23:30");
    expect(format.time(moment)).toBe("23:30:05");
    expect(format.day("2026-03-09")).toBe("9 Mar 2026");
  });

  it("follows the person's language and time zone", () => {
    const format = createFormatter({ locale: "de-DE", timeZone: "Europe/Berlin" });
    expect(format.dateTime(moment)).toBe("10.03.2026, 00:30");
    expect(format.number(1234.5)).toBe("1.234,5");
  });

  it("keeps a calendar day in every time zone", () => {
    expect(createFormatter({ locale: "en-GB", timeZone: "Pacific/Auckland" }).day("2026-03-09")).toBe(
      "9 Mar 2026",
    );
  });

  it("takes a time zone it does not know for UTC", () => {
    expect(createFormatter({ locale: "en-GB", timeZone: "Mars/Olympus" }).time(moment)).toBe("23:30:05");
  });

  it("writes no space that releases of the locale data disagree about", () => {
    for (const locale of ["fr-FR", "en-US", "de-DE"]) {
      const format = createFormatter({ locale, timeZone: "UTC" });
      const texts = [
        format.time(moment),
        format.number(1_234_567),
        format.percent(0.123),
        format.bytes(1_234_567),
      ];
      expect(texts.join("")).not.toMatch(/[\u2009\u202f]/u);
    }
  });

  it("makes what it formats with once for each language and time zone, whoever asks", () => {
    const made = vi.spyOn(Intl, "DateTimeFormat");
    const write = (timeZone: string): string => createFormatter({ locale: "sv-SE", timeZone }).time(moment);
    expect([write("UTC"), write("Asia/Tokyo")]).toEqual(["23:30:05", "08:30:05"]);
    const before = made.mock.calls.length;
    expect(before).toBeGreaterThan(0);
    expect([write("Asia/Tokyo"), write("UTC")]).toEqual(["08:30:05", "23:30:05"]);
    expect(made.mock.calls.length).toBe(before);
    made.mockRestore();
  });

  it("counts bytes in the unit that keeps the figure short", () => {
    const format = createFormatter();
    expect([0, 999, 1000, 1_250_000, 5e12].map(format.bytes)).toEqual([
      "0 byte",
      "999 byte",
      "1 kB",
      "1.3 MB",
      "5,000 GB",
    ]);
  });
});
