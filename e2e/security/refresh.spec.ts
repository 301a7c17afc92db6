import { setTimeout as delay } from "node:timers/promises";
import { countRefreshes, createMoment, onRefresh } from "../src/refreshes.ts";
import { expect, test, untilReady } from "../src/security-fixtures.ts";

function countOf(statuses: readonly number[]): Record<string, number> {
  return Object.fromEntries(
    [...new Set(statuses)].map((status) => [status, statuses.filter((other) => other === status).length]),
  );
}

test("SEC-35 P13 a thousand requests to each front on an expired token cost one refresh, and all succeed", async ({
  fronts,
  signInAs,
  records,
  identityTap,
  gatewayTap,
}) => {
  const { sid, call } = await signInAs("member");
  await records.expireAccessTokens(sid);
  identityTap.requests.length = 0;
  gatewayTap.requests.length = 0;
  const slow = identityTap.intercept(onRefresh(async ({ pass }) => delay(300).then(pass)));
  // What is asked is the fronts; a thousand requests to the services would measure those.
  const answered = gatewayTap.intercept(async ({ response }) => {
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
  const requests = fronts.names.flatMap((front) =>
    Array.from({ length: 1_000 }, async () => {
      const response = await call("/profile/me", { front });
      await response.text();
      return response.status;
    }),
  );
  expect(countOf(await Promise.all(requests))).toEqual({ 200: 1_000 * fronts.names.length });
  slow();
  answered();
  expect(countRefreshes(identityTap)).toBe(1);
  const [token] = await records.accessTokens(sid);
  const used = new Set(gatewayTap.requests.map(({ headers }) => headers.authorization));
  expect([...used]).toEqual([`Bearer ${token ?? ""}`]);
});

test("SEC-35 P13 tokens of two audiences that expired together are refreshed once each, one after the other", async ({
  fronts,
  signInAs,
  records,
  identityTap,
}) => {
  const { sid, call } = await signInAs("admin");
  for (const path of ["/profile/me", "/identity/users"]) expect((await call(path)).status).toBe(200);
  await records.expireAccessTokens(sid);
  identityTap.requests.length = 0;
  const statuses = await Promise.all(
    fronts.names.flatMap((front) =>
      ["/profile/me", "/identity/users", "/insights/health"].map(async (path) =>
        call(path, { front }).then(({ status }) => status),
      ),
    ),
  );
  expect(countOf(statuses)).toEqual({ 200: statuses.length });
  expect(countRefreshes(identityTap)).toBe(2);
});

test("SEC-36 P13 the same when identity takes longer than the lease lives", async ({
  fronts,
  signInAs,
  records,
  identityTap,
}) => {
  const { sid, call } = await signInAs("member");
  await records.expireAccessTokens(sid);
  identityTap.requests.length = 0;
  const restore = identityTap.intercept(onRefresh(async ({ pass }) => delay(4_500).then(pass)));
  const requests = fronts.names.flatMap((front) =>
    Array.from({ length: 20 }, async () => (await call("/profile/me", { front })).status),
  );
  expect(countOf(await Promise.all(requests))).toEqual({ 200: requests.length });
  restore();
  expect(countRefreshes(identityTap)).toBe(1);
});

test("SEC-37 P13 the refreshing front is killed before identity has heard: another one refreshes, the session lives", async ({
  fronts,
  signInAs,
  records,
  identityTap,
  platform,
}) => {
  const { sid, call } = await signInAs("member");
  const [doomed = "shell", other = doomed] = fronts.names;
  await records.expireAccessTokens(sid);
  const asked = createMoment();
  const restore = identityTap.intercept(
    onRefresh(async ({ response }) => {
      asked.reach();
      await new Promise((resolve) => response.once("close", resolve));
    }),
  );
  const lost = call("/profile/me", { front: doomed }).catch(() => undefined);
  await asked.reached;
  restore();
  platform.process(doomed).kill("SIGKILL");
  expect(await lost).toBeUndefined();
  if (other === doomed) await untilReady(fronts);
  expect((await call("/profile/me", { front: other })).status).toBe(200);
  await untilReady(fronts);
});

test("SEC-37 P13 the refreshing front is killed after identity has rotated: identity repeats its answer, and nobody notices", async ({
  fronts,
  signInAs,
  records,
  identityTap,
  platform,
}) => {
  const { sid, call } = await signInAs("viewer");
  const [doomed = "shell", other = doomed] = fronts.names;
  const spent = await records.refreshToken(sid);
  await records.expireAccessTokens(sid);
  const rotated = createMoment();
  const restore = identityTap.intercept(
    onRefresh(async ({ swallow, response }) => {
      await swallow();
      rotated.reach();
      await new Promise((resolve) => response.once("close", resolve));
    }),
  );
  const lost = call("/profile/me", { front: doomed }).catch(() => undefined);
  await rotated.reached;
  restore();
  platform.process(doomed).kill("SIGKILL");
  expect(await lost).toBeUndefined();
  if (other === doomed) await untilReady(fronts);
  expect((await call("/profile/me", { front: other })).status).toBe(200);
  expect(await records.refreshToken(sid)).not.toBe(spent);
  await untilReady(fronts);
});

test("SEC-37 P13 the refreshing front is killed after the write: the others use what it wrote", async ({
  fronts,
  signInAs,
  records,
  identityTap,
  platform,
}) => {
  const { sid, call } = await signInAs("member");
  const [doomed = "shell", other = doomed] = fronts.names;
  await records.expireAccessTokens(sid);
  identityTap.requests.length = 0;
  expect((await call("/profile/me", { front: doomed })).status).toBe(200);
  platform.process(doomed).kill("SIGKILL");
  if (other === doomed) await untilReady(fronts);
  expect((await call("/profile/me", { front: other })).status).toBe(200);
  expect(countRefreshes(identityTap)).toBe(1);
  await untilReady(fronts);
});

test("SEC-42 a refresh that a sign-out overtakes revives nothing, and leaves no usable token", async ({
  fronts,
  signInAs,
  records,
  identityTap,
  refreshAtIdentity,
}) => {
  const { sid, call, signOut } = await signInAs("viewer");
  await records.expireAccessTokens(sid);
  const [asked, release] = [createMoment(), createMoment()];
  let rotated = "";
  const restore = identityTap.intercept(
    onRefresh(async ({ swallow, response }) => {
      // Identity rotates before the sign-out, and its answer arrives after it.
      const { status, body } = await swallow();
      rotated = (JSON.parse(body) as { refresh_token: string }).refresh_token;
      asked.reach();
      await release.reached;
      response.writeHead(status, { "content-type": "application/json" }).end(body);
    }),
  );
  const racing = call("/profile/me", { front: fronts.names[0] ?? "shell" });
  await asked.reached;
  restore();
  const left = await signOut(fronts.names.at(-1));
  expect(left.status).toBe(200);
  release.reach();
  expect((await racing).status).toBe(401);
  expect(await records.session(sid)).toBeNull();
  for (const front of fronts.names) expect((await call("/profile/me", { front })).status).toBe(401);
  expect(await refreshAtIdentity(rotated)).toMatchObject({ status: 400, error: "invalid_grant" });
});

test("SEC-42 a sign-out that a refresh overtakes ends the session with its new tokens", async ({
  fronts,
  signInAs,
  records,
}) => {
  const { sid, call, signOut } = await signInAs("viewer");
  await records.expireAccessTokens(sid);
  const refreshing = call("/profile/me", { front: fronts.names[0] ?? "shell" });
  const leaving = signOut(fronts.names.at(-1));
  expect([200, 401]).toContain((await refreshing).status);
  expect((await leaving).status).toBe(200);
  expect(await records.session(sid)).toBeNull();
});
