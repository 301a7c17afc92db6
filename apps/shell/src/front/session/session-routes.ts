import { createHash } from "node:crypto";
import { bffProblem, type SessionRoutes, storeProblem } from "@mullion/bff";
import type { Device, DeviceList, Revoked, SessionResponse } from "@mullion/contracts";
import { ProblemError } from "@mullion/http-service";
import { hashSessionId, type SessionHandle, type StoredDevice, type TokenStore } from "@mullion/token-store";
import type { SessionEnder } from "./end-session.ts";

/** Names a device to its user. Not the handle: that one is known to fronts and the store only. */
function deviceIdOf(handle: SessionHandle): string {
  return createHash("sha256").update(`device:${handle}`).digest("base64url").slice(0, 22);
}

function toDevice(stored: StoredDevice, current: SessionHandle): Device {
  const { handle, userAgent, ipAddress, createdAt, lastUsedAt, expiresAt } = stored;
  return {
    id: deviceIdOf(handle),
    current: handle === current,
    userAgent,
    ipAddress,
    createdAt: new Date(createdAt).toISOString(),
    lastUsedAt: new Date(lastUsedAt).toISOString(),
    expiresAt: new Date(expiresAt).toISOString(),
  };
}

function noSession(): ProblemError {
  return bffProblem("no_session", { detail: "There is no session for this cookie." });
}

/** The routes of the manifest that the front answers from the session itself. */
export function createSessionRoutes(store: TokenStore, sessions: SessionEnder): SessionRoutes {
  const devicesOf = async (sessionId: string): Promise<StoredDevice[]> => {
    const view = await store.readView(sessionId).catch(storeProblem);
    if (view === null) throw noSession();
    return store.devicesOf(view.user.id).catch(storeProblem);
  };

  return {
    "session.extend": async ({ sessionId }) => {
      if (!(await store.touch(sessionId).catch(storeProblem))) throw noSession();
      const body: SessionResponse = { session: await store.readView(sessionId).catch(storeProblem) };
      return { status: 200, body };
    },

    "session.devices": async ({ sessionId }) => {
      const current = hashSessionId(sessionId);
      const devices = (await devicesOf(sessionId)).map((stored) => toDevice(stored, current));
      const body: DeviceList = { devices: devices.toSorted((a, b) => Number(b.current) - Number(a.current)) };
      return { status: 200, body };
    },

    "session.devices.revoke": async ({ sessionId, params }) => {
      const devices = await devicesOf(sessionId);
      const device = devices.find(({ handle }) => deviceIdOf(handle) === params["id"]);
      if (device === undefined) {
        throw new ProblemError({ status: 404, code: "device_unknown", title: "You have no such device" });
      }
      await sessions.end(device.handle).catch(storeProblem);
      return { status: 204, body: undefined };
    },

    "session.devices.revoke-others": async ({ sessionId }) => {
      const current = hashSessionId(sessionId);
      const others = (await devicesOf(sessionId)).filter(({ handle }) => handle !== current);
      await Promise.all(others.map(({ handle }) => sessions.end(handle))).catch(storeProblem);
      const body: Revoked = { revoked: others.length };
      return { status: 200, body };
    },
  };
}
