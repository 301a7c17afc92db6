import { expect, it } from "vitest";
import { isInCanary } from "./canary-assignment.ts";

const users = Array.from({ length: 10_000 }, (_, user) => `user-${String(user)}@mullion.test`);
const salts = ["salt-of-one", "salt-of-two", "salt-of-three"];

function shareOf(salt: string, percent: number): number {
  return (users.filter((user) => isInCanary(salt, user, percent)).length / users.length) * 100;
}

it.each(salts)("P2 at 50 %% a canary gets half of 10,000 users, within 2 points (%s)", (salt) => {
  expect(Math.abs(shareOf(salt, 50) - 50)).toBeLessThan(2);
});

it("P2 users with numbers for names are split as evenly as others", () => {
  const inside = Array.from({ length: 10_000 }, (_, user) => String(user)).filter((user) =>
    isInCanary("salt-of-one", user, 50),
  );
  expect(Math.abs(inside.length - 5_000)).toBeLessThan(200);
});

it("P2 each user always gets the same answer", () => {
  const answers = users.map((user) => isInCanary("salt", user, 30));
  expect(users.map((user) => isInCanary("salt", user, 30))).toEqual(answers);
  // Fixed, so that a front of another version or language can be checked against it.
  expect(["ada", "grace", "linus", "margaret"].map((user) => isInCanary("salt", user, 50))).toEqual([
    false,
    false,
    true,
    false,
  ]);
});

it("P2 raising the percentage keeps everybody who was in, lowering it lets nobody new in", () => {
  const steps = [0, 0.01, 1, 5, 10, 25, 50, 75, 99.99, 100];
  const inside = steps.map((percent) => users.filter((user) => isInCanary("salt", user, percent)));
  for (const [at, group] of inside.entries()) {
    const next = new Set(inside[at + 1] ?? group);
    expect(group.every((user) => next.has(user))).toBe(true);
  }
  expect(inside.at(0)).toHaveLength(0);
  expect(inside.at(-1)).toHaveLength(users.length);
});

it("another salt draws other people: nobody is in every canary", () => {
  const first = users.filter((user) => isInCanary("salt-of-one", user, 50));
  const both = first.filter((user) => isInCanary("salt-of-two", user, 50));
  expect(Math.abs(both.length / first.length - 0.5)).toBeLessThan(0.05);
});
