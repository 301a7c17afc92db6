import { type Device, deviceListSchema, revokedSchema } from "@mullion/contracts";
import { codeOf, expect, test } from "../src/security-fixtures.ts";
import { openStreams } from "../src/streams.ts";
import { cookieOf, type Visitor } from "../src/visitor.ts";

async function devicesOf({ call }: Visitor): Promise<Device[]> {
  return deviceListSchema.parse(await (await call("/session/devices")).json()).devices;
}

test("SEC-47 S2.5 a person sees their sessions, this one first, and nothing that opens one", async ({
  signInAs,
}) => {
  const here = await signInAs("viewer");
  const there = await signInAs("viewer");
  const devices = await devicesOf(here);
  expect(devices.length).toBeGreaterThanOrEqual(2);
  expect(devices.map(({ current }) => current)).toEqual([true, ...devices.slice(1).map(() => false)]);
  const text = JSON.stringify(devices);
  for (const { sid } of [here, there]) expect(text).not.toContain(sid);
  for (const { id } of devices) {
    const { status } = await here.call("/profile/me", { headers: cookieOf(id) });
    expect(status).toBe(401);
  }
});

test("SEC-47 P15 one session is revoked, with its streams, and the others live", async ({
  fronts,
  signInAs,
}) => {
  const here = await signInAs("viewer");
  const there = await signInAs("viewer");
  const streams = await openStreams(fronts, there);
  const current = (await devicesOf(there)).find((device) => device.current);
  const headers = { origin: fronts.origin };
  const path = `/session/devices/${current?.id ?? ""}`;
  expect((await here.call(path, { method: "DELETE", headers })).status).toBe(204);
  await Promise.all(streams.map(({ closed }) => closed));
  for (const front of fronts.names) expect((await there.call("/profile/me", { front })).status).toBe(401);
  expect((await here.call("/profile/me")).status).toBe(200);
  const again = await here.call(path, { method: "DELETE", headers });
  expect([again.status, await codeOf(again)]).toEqual([404, "device_unknown"]);
});

test("SEC-47 nobody can revoke the session of somebody else", async ({ fronts, signInAs, member }) => {
  const other = await signInAs("viewer");
  const theirs = (await devicesOf(member)).find(({ current }) => current);
  const path = `/session/devices/${theirs?.id ?? ""}`;
  const answer = await other.call(path, { method: "DELETE", headers: { origin: fronts.origin } });
  expect([answer.status, await codeOf(answer)]).toEqual([404, "device_unknown"]);
  expect((await member.call("/profile/me")).status).toBe(200);
});

test("SEC-47 all other sessions are revoked at once", async ({ fronts, signInAs }) => {
  const here = await signInAs("viewer");
  const others = [await signInAs("viewer"), await signInAs("viewer")];
  const answer = await here.call("/session/devices", {
    method: "DELETE",
    headers: { origin: fronts.origin },
  });
  expect(revokedSchema.parse(await answer.json()).revoked).toBeGreaterThanOrEqual(2);
  for (const { call } of others) expect((await call("/profile/me")).status).toBe(401);
  expect((await devicesOf(here)).map(({ current }) => current)).toEqual([true]);
});

test("SEC-47 P15 an administrator ends every session of a person; nobody else can", async ({
  fronts,
  signInAs,
  records,
  refreshAtIdentity,
}) => {
  const [admin, other] = [await signInAs("admin"), await signInAs("member")];
  const visitors = [await signInAs("viewer"), await signInAs("viewer")];
  const [first] = visitors;
  const sid = first?.sid ?? "";
  const userId = (await records.session(sid))?.view.user.id ?? "";
  const token = await records.refreshToken(sid);
  const streams = (await Promise.all(visitors.map(async (visitor) => openStreams(fronts, visitor)))).flat();
  const revoke = async ({ call }: Visitor): Promise<Response> =>
    call(`/identity/users/${userId}/sessions`, { method: "DELETE", headers: { origin: fronts.origin } });

  expect((await revoke(other)).status).toBe(403);
  const answer = await revoke(admin);
  expect(answer.status).toBe(200);
  expect(revokedSchema.parse(await answer.json()).revoked).toBeGreaterThanOrEqual(2);
  await Promise.all(streams.map(({ closed }) => closed));
  for (const { call } of visitors) expect((await call("/profile/me")).status).toBe(401);
  expect(await refreshAtIdentity(token)).toMatchObject({ status: 400, error: "invalid_grant" });
  for (const { call } of [admin, other]) expect((await call("/profile/me")).status).toBe(200);
});
