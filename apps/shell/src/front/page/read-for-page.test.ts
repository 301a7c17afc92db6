import type { ApiAccess } from "@mullion/bff";
import { expect, it } from "vitest";
import { readForPage } from "./read-for-page.ts";

const access: ApiAccess = new Proxy({} as ApiAccess, {
  get: () => {
    throw new Error("the API was asked");
  },
});
const frame = {
  ...{ session: null, navigation: [], overrides: [], devtools: null },
  visit: { composition: "c", pin: "" },
};
const ticketed = { page: { ...frame, kind: "start" as const }, shown: null, requestId: "r" };

it("SEC-56 a ticket is good for the data that its page declares, and for nothing else", async () => {
  await expect(
    readForPage(access, { ...ticketed, sessionId: "sid" }, "/identity/users"),
  ).rejects.toMatchObject({ code: "undeclared_read" });
});

it("a visitor who is not signed in has no data", async () => {
  expect(await readForPage(access, { ...ticketed, sessionId: null }, "/profile/me")).toEqual({
    status: 401,
    data: null,
  });
});
