import { expect, test } from "../src/fixtures.ts";
import { childrenOf, startOf } from "../src/processes.ts";

test("the render process starts under the permission model, without network and without any secret or address", async ({
  platform,
}) => {
  const shellPid = platform.process("shell").pid();
  if (shellPid === undefined) throw new Error("the shell is not running");
  const [renderPid] = await childrenOf(shellPid);
  if (renderPid === undefined) throw new Error("render is not running");
  const [front, render] = await Promise.all([startOf(shellPid), startOf(renderPid)]);

  const secrets = [platform.secrets.shellClient, platform.secrets.nextAuth, platform.secrets.sessionKeys];
  const addresses = [
    platform.redisUrl,
    `:${String(platform.ports.gateway)}`,
    `:${String(platform.ports.identity)}`,
  ];
  for (const text of [...secrets, ...addresses]) {
    expect(front, "the check would find it where it is").toContain(text);
    expect(render).not.toContain(text);
  }
  expect(render).toContain("--permission");
  expect(render).not.toMatch(/--allow-(net|child-process|worker|addons|fs-write)/);
});
