import { expect, it, vi } from "vitest";
import { pinHeader } from "./bridge/pin-header.ts";
import { pinVisit } from "./visit-pin.ts";

it("P4 the pin goes with the router's data requests and with nothing else, and follows the page", async () => {
  const sent: (string | null)[][] = [];
  const href = "http://shell.test/user";
  const fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const request = new Request(new URL(input instanceof Request ? input.url : input, href), init);
    const { headers, url } = request;
    sent.push([new URL(url).pathname, headers.get(pinHeader), headers.get("x-nextjs-data")]);
    return new Response();
  };
  vi.stubGlobal("window", { fetch, location: { href } });

  pinVisit("");
  await window.fetch("/_next/data/b/user.json");
  pinVisit("user@1.0.0-aaaaaa");
  await window.fetch("/_next/data/b/user.json", { headers: { "x-nextjs-data": "1" } });
  await window.fetch("/api/bff/profile/me");
  pinVisit("user@1.0.0-bbbbbb");
  await window.fetch(new URL("http://shell.test/_next/data/b/admin.json"));
  expect(sent).toEqual([
    ["/_next/data/b/user.json", null, null],
    ["/_next/data/b/user.json", "user@1.0.0-aaaaaa", "1"],
    ["/api/bff/profile/me", null, null],
    ["/_next/data/b/admin.json", "user@1.0.0-bbbbbb", null],
  ]);
});
