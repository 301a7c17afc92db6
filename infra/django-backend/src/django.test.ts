import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import routes from "../routes.ts";
import { findDjango } from "./python.ts";
import { type DjangoServer, startDjango } from "./start-django.ts";

const python = await findDjango();
const ada = { username: "ada", password: "correct horse 1", email: "ada@mullion.test", name: "Ada" };

it("its route manifest is safe to serve and names what Django answers", () => {
  const paths = routes.filter(({ auth }) => auth === "jwt").map(({ method, path }) => `${method} ${path}`);
  expect(paths).toEqual(["GET /api/me/", "PATCH /api/me/"]);
});

describe.skipIf(python === null)("the Django backend", { timeout: 60_000 }, () => {
  let django: DjangoServer;
  beforeAll(async () => {
    if (python === null) return;
    django = await startDjango(python);
    await django.setUser({ ...ada, roles: ["member"] });
  }, 60_000);
  afterAll(async () => {
    await django.close();
  });

  async function post(
    path: string,
    body: unknown,
  ): Promise<{ status: number; body: Record<string, string> }> {
    const response = await fetch(`${django.url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Record<string, string> };
  }

  it.each(["DJANGO_SECRET_KEY", "JWT_SIGNING_KEY", "DJANGO_DATABASE", "DJANGO_ALLOWED_HOSTS"])(
    "does not start without %s, and says so",
    async (missing) => {
      const long = "x".repeat(40);
      const env: Record<string, string> = {
        ...python?.env,
        ...{ DJANGO_SECRET_KEY: long, JWT_SIGNING_KEY: long },
        ...{ DJANGO_DATABASE: "/dev/null", DJANGO_ALLOWED_HOSTS: "127.0.0.1", [missing]: "" },
      };
      const call = promisify(execFile)(python?.command ?? "", ["manage.py", "check"], {
        cwd: resolve(import.meta.dirname, ".."),
        env,
      });
      await expect(call).rejects.toThrow(`${missing} is not set`);
    },
  );

  it("rotates refresh tokens and refuses one that was used, blacklisted, or whose user was deactivated", async () => {
    const signedIn = await post("/api/token/", ada);
    expect(signedIn.status).toBe(200);
    const { refresh } = signedIn.body;
    const first = await post("/api/token/refresh/", { refresh });
    expect(first.status).toBe(200);
    expect(first.body["refresh"]).not.toBe(refresh);
    expect(await post("/api/token/refresh/", { refresh })).toMatchObject({
      status: 401,
      body: { detail: "Token is blacklisted" },
    });
    const next = await post("/api/token/refresh/", { refresh: first.body["refresh"] });
    expect((await post("/api/token/blacklist/", { refresh: next.body["refresh"] })).status).toBe(200);
    expect((await post("/api/token/refresh/", { refresh: next.body["refresh"] })).status).toBe(401);

    const again = await post("/api/token/", ada);
    await django.setUser({ ...ada, password: "", roles: [], active: false });
    expect((await post("/api/token/refresh/", { refresh: again.body["refresh"] })).status).toBe(401);
    await django.setUser({ ...ada, roles: ["member"] });
  });

  it("logs neither passwords nor tokens", async () => {
    const { body } = await post("/api/token/", ada);
    await post("/api/token/refresh/", { refresh: body["refresh"] });
    const log = await django.log();
    expect(log).toContain("POST /api/token/refresh/");
    expect(log).not.toContain(ada.password);
    expect(log).not.toMatch(/eyJ/);
  });
});
