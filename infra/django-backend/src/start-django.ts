import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Child, freePort, type Python, startChild } from "@mullion/local";
import { DjangoError } from "./errors.ts";
import { manage } from "./manage.ts";

const projectFolder = resolve(import.meta.dirname, "..");
const startDeadlineMs = 30_000;

/** What differs from the project's defaults. */
export interface DjangoOptions {
  /** Rotation and blacklisting of refresh tokens; on unless told. */
  readonly rotation?: boolean;
  readonly accessSeconds?: number;
  readonly refreshSeconds?: number;
}

/** A person who can sign in. */
export interface DjangoUser {
  readonly username: string;
  /** Left as it is when not given. */
  readonly password?: string;
  readonly email: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly active?: boolean;
}

/** The Django project on a port of 127.0.0.1, with a database of its own. */
export interface DjangoServer {
  readonly url: string;
  setUser(user: DjangoUser): Promise<void>;
  /** Requests answered so far, such as `POST /api/token/ 200`. */
  requests(): Promise<string[]>;
  /** Everything it has written. */
  log(): Promise<string>;
  /** Stops answering; the database stays. */
  stop(): Promise<void>;
  /** Answers again, at the same address. */
  start(): Promise<void>;
  /** Stops and removes the database. */
  close(): Promise<void>;
}

async function answers(url: string, child: Child): Promise<void> {
  const deadline = Date.now() + startDeadlineMs;
  while (Date.now() < deadline && !child.hasExited()) {
    const status = await fetch(`${url}/api/me/`).then(
      (response) => response.status,
      () => 0,
    );
    if (status === 401) return;
    await delay(50);
  }
  throw new DjangoError("start_failed", await readFile(child.logFile, "utf8"));
}

function settings(folder: string, options: DjangoOptions): Record<string, string> {
  return {
    DJANGO_SECRET_KEY: randomBytes(32).toString("hex"),
    JWT_SIGNING_KEY: randomBytes(32).toString("hex"),
    DJANGO_ALLOWED_HOSTS: "127.0.0.1",
    DJANGO_DATABASE: join(folder, "db.sqlite3"),
    JWT_ROTATION: options.rotation === false ? "off" : "on",
    JWT_ACCESS_SECONDS: String(options.accessSeconds ?? 300),
    JWT_REFRESH_SECONDS: String(options.refreshSeconds ?? 86_400),
    PYTHONUNBUFFERED: "1",
  };
}

/** Starts the project with random secrets and an empty database. Throws `start_failed` with what Django printed. */
export async function startDjango(python: Python, options: DjangoOptions = {}): Promise<DjangoServer> {
  const folder = await mkdtemp(join(tmpdir(), "mullion-django-"));
  const logFile = join(folder, "django.log");
  const env = { ...python.env, ...settings(folder, options) };
  const call = { command: python.command, cwd: projectFolder, env };
  await manage(call, ["migrate", "--verbosity", "0"]);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let child: Child | undefined;

  const stop = async (): Promise<void> => {
    await child?.stop();
    child = undefined;
  };
  const start = async (): Promise<void> => {
    const args = ["manage.py", "runserver", "--noreload", `127.0.0.1:${port}`];
    child = await startChild({ ...call, name: "django", args, logFile });
    await answers(url, child);
  };
  const log = async (): Promise<string> => readFile(logFile, "utf8");
  await start();
  return {
    url,
    start,
    stop,
    log,
    async setUser({ username, password = "", email, name, roles, active = true }) {
      const flags = [...roles.map((role) => `--role=${role}`), ...(active ? [] : ["--inactive"])];
      const args = ["setuser", username, `--email=${email}`, `--name=${name}`, ...flags];
      await manage(call, args, `${password}\n`);
    },
    async requests() {
      return [...(await log()).matchAll(/"([A-Z]+) (\S+) HTTP\/[\d.]+" (\d{3})/g)].map(
        ([, method = "", path = "", status = ""]) => `${method} ${path} ${status}`,
      );
    },
    async close() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
