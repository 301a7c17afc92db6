import { describe, expect, it } from "vitest";
import { parseRedisUrl, redisUrlSchema } from "./redis-url.ts";

const nobody = { username: undefined, password: undefined, tls: false };

describe("Redis URL", () => {
  it("names one server, with its defaults", () => {
    expect(parseRedisUrl("redis://localhost")).toEqual({
      ...nobody,
      ...{ kind: "single", nodes: [{ host: "localhost", port: 6379 }], db: 0 },
    });
    expect(parseRedisUrl("rediss://ada:p%40ss@[::1]:6380/3")).toEqual({
      ...{ kind: "single", nodes: [{ host: "::1", port: 6380 }], db: 3, tls: true },
      ...{ username: "ada", password: "p@ss" },
    });
    expect(parseRedisUrl("redis://127.0.0.1:1?db=2")).toMatchObject({ db: 2 });
  });

  it("names the Sentinels of a master", () => {
    expect(
      parseRedisUrl("redis+sentinel://:s:e@c@one:1,two/main?db=1&sentinelUsername=u&sentinelPassword=p%26q"),
    ).toEqual({
      ...{ kind: "sentinel", masterName: "main", db: 1, tls: false },
      nodes: [
        { host: "one", port: 1 },
        { host: "two", port: 26_379 },
      ],
      ...{ username: undefined, password: "s:e@c", sentinelUsername: "u", sentinelPassword: "p&q" },
    });
  });

  it("names the nodes of a cluster", () => {
    expect(parseRedisUrl("rediss+cluster://10.0.0.1:7000,10.0.0.2:7001")).toEqual({
      ...nobody,
      ...{ kind: "cluster", tls: true },
      nodes: [
        { host: "10.0.0.1", port: 7000 },
        { host: "10.0.0.2", port: 7001 },
      ],
    });
  });

  it.each([
    ["", "must start with redis://"],
    ["http://localhost:6379", "must start with redis://"],
    ["redis+sentinels://a/b", "must start with redis://"],
    ["redis://", "the host is not"],
    ["redis://a:0", "the port of the host is not 1 to 65535"],
    ["redis://a:65536", "the port of the host is not 1 to 65535"],
    ["redis://a:x", "the host is not"],
    ["redis://a:1,b:1", "several hosts need redis+sentinel:// or redis+cluster://"],
    ["redis://a:1/main", "the database is not a number"],
    ["redis://a:1?database=1", "not known (known here: db)"],
    ["redis://a:1?db=1&db=2", "db needs one value"],
    ["redis://ada@a:1", "a password is missing"],
    ["redis://ada:@a:1", "a password is missing"],
    ["redis://:100%@a:1", "the password has a %"],
    ["redis+sentinel://a:1,b:1", "the master's name is missing"],
    ["redis+sentinel://a:1,,b:1/main", "host 2 of 3 is not"],
    ["redis+sentinel://a:1/main/1", "the master's name is missing"],
    ["redis+cluster://a:1,b:99999", "the port of host 2 of 2"],
    ["redis+cluster://a:1/1", "a cluster has no databases"],
    ["redis+cluster://a:1?db=1", "none is known here"],
  ])("refuses %j and says what is wrong", (url, problem) => {
    expect(() => parseRedisUrl(url)).toThrow(
      expect.objectContaining({ code: "bad_redis_url", message: expect.stringContaining(problem) as string }),
    );
  });

  it("never repeats a value: a password that was not escaped may be taken for a host", () => {
    for (const url of [
      "redis://:can/ary@a:1",
      "redis://:can?ary@a:1",
      "redis://:can%ary@a:1",
      "redis+x://:canary@a",
    ]) {
      expect(() => parseRedisUrl(url)).toThrow(
        expect.objectContaining({ message: expect.not.stringMatching(/can|ary/) as string }),
      );
    }
  });

  it("is checked as a setting with the same words", () => {
    expect(redisUrlSchema.parse("redis+cluster://a:1,b:2")).toBe("redis+cluster://a:1,b:2");
    const { error } = redisUrlSchema.safeParse("redis+cluster://a:1,b:0");
    expect(error?.issues).toMatchObject([{ message: expect.stringContaining("host 2 of 2") as string }]);
  });
});
