import { expect, it } from "vitest";
import { createTickets } from "./tickets.ts";

const page = {
  ...{ kind: "start" as const, session: null, navigation: [], overrides: [], devtools: null },
  visit: { composition: "c", pin: "" },
};

it("a render ticket is good for its page until the request is over, and cannot be invented", () => {
  const tickets = createTickets();
  const ticket = tickets.issue({ page, shown: null, sessionId: "sid", requestId: "r" });
  expect(tickets.redeem(ticket).sessionId).toBe("sid");
  tickets.revoke(ticket);
  expect(() => tickets.redeem(ticket)).toThrow(expect.objectContaining({ code: "bad_ticket" }));
  expect(() => tickets.redeem("x".repeat(43))).toThrow(expect.objectContaining({ code: "bad_ticket" }));
});
