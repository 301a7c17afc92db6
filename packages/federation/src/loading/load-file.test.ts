import { beforeEach, describe, expect, it, vi } from "vitest";
import { FederationError } from "../errors.ts";
import type { Attempt } from "./insert-element.ts";
import { loadFile, type Version } from "./load-file.ts";

const [first, second] = ["https://one.test/billing/1/", "https://two.test/billing/1/"];
const file = { path: "_next/app.js", integrity: `sha384-${"A".repeat(64)}` };

const versionAt = (...bases: string[]): Version => ({
  bases,
  preferred: 0,
  failures: new Map(),
  lastFailure: null,
});

/** A network on which attempts fail as told, one after the other, and then succeed. */
function network(...failures: ("remote_unavailable" | "remote_timeout")[]) {
  const asked: string[] = [];
  const insert = async ({ url }: Attempt): Promise<void> => {
    asked.push(url);
    const code = failures.shift();
    if (code !== undefined) throw new FederationError(code, "no");
  };
  return { asked, insert };
}

describe("a file of a remote", () => {
  beforeEach(() => {
    vi.useFakeTimers({ shouldAdvanceTime: true, advanceTimeDelta: 200 });
    return () => vi.useRealTimers();
  });

  it("P12 is asked for again after a failure, past what caches keep of the first answer", async () => {
    const { asked, insert } = network("remote_unavailable");
    await expect(loadFile(versionAt(first), file, insert)).resolves.toBe(`${first}${file.path}?attempt=1`);
    expect(asked).toEqual([`${first}${file.path}`, `${first}${file.path}?attempt=1`]);
  });

  it("P12 comes from another host where the first does not answer, and so do the files after it", async () => {
    const version = versionAt(first, second);
    const { asked, insert } = network("remote_timeout");
    await loadFile(version, file, insert);
    await loadFile(version, { ...file, path: "_next/later.js" }, insert);
    expect(asked.map((url) => new URL(url).origin)).toEqual([
      "https://one.test",
      "https://two.test",
      "https://two.test",
    ]);
  });

  it("is given up after every host was asked and the first one twice, with the reason", async () => {
    const version = versionAt(first, second);
    const { asked, insert } = network("remote_timeout", "remote_timeout", "remote_timeout");
    await expect(loadFile(version, file, insert)).rejects.toMatchObject({ code: "remote_timeout" });
    expect(asked).toHaveLength(3);
    expect(version.lastFailure).toBe("remote_timeout");
  });

  it.each([
    ["integrity_mismatch", 200, "alert('altered')"],
    ["remote_unavailable", 404, ""],
  ])("says %s where the host answers %i with %s", async (code, status, body) => {
    vi.stubGlobal("fetch", async () => new Response(body, { status }));
    const { insert } = network("remote_unavailable", "remote_unavailable");
    await expect(loadFile(versionAt(first), file, insert)).rejects.toMatchObject({ code });
  });
});
