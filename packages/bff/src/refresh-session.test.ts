import { expect, it, onTestFinished } from "vitest";
import { startTestPlatform } from "./test-platform.ts";

it("the refresh token of a session that was ended while it was refreshed is given up, not forgotten", async () => {
  const discarded: string[] = [];
  const platform = await startTestPlatform({
    discard: async (refreshToken) => {
      discarded.push(refreshToken);
    },
  });
  onTestFinished(() => platform.close());
  const sid = await platform.signIn({ issuedInMs: -600_000, expiresInMs: -1_000 });
  platform.state.before = async () => {
    await platform.store.delete(sid);
  };
  expect((await platform.call(sid)).status).toBe(401);
  expect(discarded).toEqual([`refresh-${sid}.1`]);
});
