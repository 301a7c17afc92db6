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

it("a session that cannot be read is 401: its browser gets to a new sign-in, not to the same fault again", async () => {
  const platform = await startTestPlatform();
  onTestFinished(() => platform.close());
  const sid = await platform.signIn();
  await platform.spoil(sid);
  const answer = await platform.call(sid);
  expect([answer.status, await answer.json()]).toEqual([
    401,
    expect.objectContaining({ code: "session_unreadable" }),
  ]);
});
