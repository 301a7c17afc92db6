import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { WebSocket } from "undici";
import { signIn } from "./person.ts";
import { ask, callHeaders, pick, somebody, type World } from "./world.ts";

const json = { "content-type": "application/json" };

/** Data of a remote. */
export async function read(world: World): Promise<void> {
  const path = pick(["/profile/me", "/insights/health", "/insights/summary?days=7", "/registry/remotes"]);
  const admin = Math.random() < 0.1;
  await ask(world, "read", 200, {
    path: `/api/bff${admin ? "/identity/users" : path}`,
    headers: callHeaders(world, somebody(world, admin ? "admin" : undefined)),
  });
}

/** A change of one's own settings. */
export async function write(world: World): Promise<void> {
  await ask(world, "write", 200, {
    method: "PUT",
    path: "/api/bff/profile/me/pins",
    headers: { ...callHeaders(world, somebody(world)), ...json },
    body: JSON.stringify({ pins: [pick(["user", "analytics", "dashboard", "admin"])] }),
  });
}

/** A page, drawn by the render process. */
export async function page(world: World): Promise<void> {
  const path = pick(["/dashboard", "/analytics", "/user", "/admin"]);
  const { cookie } = somebody(world, path === "/admin" ? "admin" : undefined);
  await ask(world, `page ${path}`, 200, { path, headers: { cookie, accept: "text/html" } });
}

/** The question of an open tab whether it is still signed in. */
export async function poll(world: World): Promise<void> {
  const { cookie } = somebody(world);
  await ask(world, "session poll", 200, {
    path: "/api/session",
    headers: { cookie, accept: "application/json", "x-mullion-background": "1" },
  });
}

/** What the prompt and the device list of the user remote ask. */
export async function life(world: World): Promise<void> {
  const headers = callHeaders(world, somebody(world));
  await ask(world, "extend", 200, { method: "POST", path: "/api/bff/session/extend", headers });
  await ask(world, "devices", 200, { path: "/api/bff/session/devices", headers });
}

/** An event stream that is opened, heard and left. */
export async function eventStream(world: World): Promise<void> {
  const left = new AbortController();
  try {
    const { statusCode, body } = await world.pool.request({
      method: "GET",
      path: "/api/bff/insights/live",
      headers: { ...callHeaders(world, somebody(world)), accept: "text/event-stream" },
      signal: left.signal,
    });
    world.tally.answered("event stream", statusCode, 200);
    body.on("error", () => undefined);
    const events = await Promise.race([once(body, "data").then(() => 1), delay(3_000, 0)]);
    world.tally.answered("first events of a stream", events, 1);
    await delay(Math.random() * 1_000);
  } catch (error) {
    world.tally.failed("event stream", error);
  } finally {
    left.abort();
  }
}

/** A WebSocket that is opened and left. */
export async function webSocket(world: World): Promise<void> {
  const { cookie } = somebody(world);
  const socket = new WebSocket(`${world.origin.replace(/^http/, "ws")}/api/bff/insights/feed`, {
    headers: { cookie, origin: world.origin },
  });
  const opened = await new Promise<boolean>((resolve) => {
    socket.addEventListener("open", () => resolve(true), { once: true });
    socket.addEventListener("error", () => resolve(false), { once: true });
  });
  world.tally.answered("web socket", opened ? 101 : 0, 101);
  if (!opened) return;
  await delay(Math.random() * 1_000);
  const closed = new Promise((resolve) => socket.addEventListener("close", resolve, { once: true }));
  socket.close();
  await closed;
}

/** Somebody who comes, looks and leaves; the session is gone afterwards. */
export async function visit(world: World): Promise<void> {
  const { tally, platform } = world;
  try {
    const person = await signIn(platform, pick(platform.accounts));
    tally.answered("sign-in", 200, 200);
    const call = { path: "/api/bff/profile/me", headers: callHeaders(world, person) };
    await ask(world, "read after sign-in", 200, call);
    tally.answered("sign-out", await person.signOut(), 200);
    await ask(world, "read after sign-out", 401, call);
  } catch (error) {
    tally.failed("visit", error);
  }
}

/** Somebody who is not signed in. */
export async function stranger(world: World): Promise<void> {
  await ask(world, "start page of a stranger", 200, { path: "/" });
  await ask(world, "page of a stranger", 302, { path: "/dashboard" });
  await ask(world, "session of a stranger", 200, { path: "/api/session" });
}
