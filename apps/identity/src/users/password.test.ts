import { hash } from "@node-rs/argon2";
import { describe, expect, it } from "vitest";
import { createBoundedWork } from "./bounded-work.ts";
import { isCommonPassword } from "./common-passwords.ts";
import { hashPassword, isOutdated, verifyPassword } from "./password.ts";
import { objectionTo } from "./password-policy.ts";

describe("hashing", () => {
  it("S3.5 is argon2id with OWASP's parameters and a salt of its own", async () => {
    const [one, other] = await Promise.all([hashPassword("a quiet lake"), hashPassword("a quiet lake")]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(other);
    expect(await verifyPassword(one, "a quiet lake")).toBe(true);
    expect(await verifyPassword(one, "a quiet lakE")).toBe(false);
    expect(await verifyPassword(null, "nobody has this password")).toBe(false);
  });

  it("notices hashes that were made with other parameters", async () => {
    expect(isOutdated(await hashPassword("a quiet lake"))).toBe(false);
    expect(isOutdated(await hash("a quiet lake", { memoryCost: 8192, timeCost: 2, parallelism: 1 }))).toBe(
      true,
    );
    expect(isOutdated("$2b$10$abcdefghijklmnopqrstuv")).toBe(true);
  });

  it("refuses with 503 and a time what would wait longer than its caller, and keeps the rest", async () => {
    const attempts = Array.from({ length: 600 }, async () => hashPassword("a quiet lake"));
    const outcomes = await Promise.allSettled(attempts);
    const refused = outcomes.filter((outcome) => outcome.status === "rejected");
    expect(outcomes.length - refused.length).toBeGreaterThan(30);
    expect(refused.length).toBeGreaterThan(0);
    for (const { reason } of refused) {
      expect(reason).toMatchObject({ status: 503, code: "busy", headers: { "retry-after": "1" } });
    }
  });
});

describe("bounded work", () => {
  it("runs so many at once, in the order they came, whether they succeed or not", async () => {
    const run = createBoundedWork({ atOnce: 2, waiting: 10 });
    let running = 0;
    let most = 0;
    const started: number[] = [];
    const work = Array.from({ length: 8 }, (_, n) =>
      run(async () => {
        started.push(n);
        running += 1;
        most = Math.max(most, running);
        await Promise.resolve();
        running -= 1;
        if (n % 3 === 0) throw new Error("failed");
      }).catch(() => undefined),
    );
    await Promise.all(work);
    expect(most).toBe(2);
    expect(started).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it("takes work again once there is room", async () => {
    const run = createBoundedWork({ atOnce: 1, waiting: 0 });
    const first = Promise.withResolvers<string>();
    const running = run(async () => first.promise);
    await expect(run(async () => "second")).rejects.toMatchObject({ status: 503 });
    first.resolve("first");
    expect(await running).toBe("first");
    expect(await run(async () => "third")).toBe("third");
  });
});

describe("a password somebody chooses", () => {
  const owner = { email: "ada.lovelace@example.com", name: "Ada Lovelace" };

  it.each([
    ["seven77", "at least 8"],
    ["🦆🦆🦆🦢🦢🦢🐍", "at least 8"],
    ["x".repeat(257), "at most 256"],
    ["password", "guessed first"],
    ["Passw0rd!", "guessed first"],
    ["QWERTYUIOP", "guessed first"],
    ["zzzzzzzzzzzzzzz", "guessed first"],
    ["Ada.Lovelace@Example.com", "not your name"],
    ["ada.lovelace", "not your name"],
    ["Ada Lovelace 1815", "not your name"],
    ["mullion2026", "not your name"],
  ])("%s is refused: %s", (password, reason) => {
    expect(objectionTo(password, owner)).toContain(reason);
  });

  it.each([
    "lowercase only please",
    "12 monkeys in a tree",
    "ünïcödé pässwörd",
    "ada likes numbers a lot",
    "        a",
  ])("%s is taken: there are no rules about kinds of characters", (password) => {
    expect(objectionTo(password, owner)).toBeUndefined();
  });

  it("the common ones are known in any case and with signs at the end", () => {
    for (const common of ["iloveyou", "ILoveYou!!", "1q2w3e4r", "summer2025", "letmein123."]) {
      expect(isCommonPassword(common)).toBe(true);
    }
  });
});
