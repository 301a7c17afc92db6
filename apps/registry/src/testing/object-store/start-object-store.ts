import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { findPython, type Python } from "@mullion/local";
import { freePort } from "@mullion/testing";
import { AwsClient } from "aws4fetch";
import type { S3Settings } from "../../artifacts/store-settings.ts";
import type { TestStore } from "../test-store.ts";

/** An object store of one bucket, which can be stopped and started again on the same port. What it kept is gone then. */
export interface ObjectStore extends TestStore {
  readonly settings: { readonly s3: S3Settings };
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Finds a Python that can run OpenStack Swift, whose S3 API checks signatures and hashes; null, with a notice, where none can be had. */
export async function findSwift(): Promise<Python | null> {
  return findPython({
    name: "swift",
    probe: "import swift.common.middleware.s3api.s3api, swift.obj.mem_server, swift.proxy.server",
    packages: [
      ...["python3-swift", "python3-eventlet", "python3-greenlet", "python3-dnspython", "python3-six"],
      ...["python3-netifaces", "python3-pastedeploy", "python3-pyeclib", "liberasurecode1", "python3-xattr"],
      ...["python3-lxml", "python3-cffi-backend", "python3-requests", "python3-urllib3", "python3-certifi"],
      ...["python3-chardet", "python3-idna", "python3-pkg-resources"],
    ],
    tests: "AGAINST AN S3-COMPATIBLE STORE",
    advice: "apt-get install python3-swift",
  });
}

const bucket = "mullion-artifacts";

function settingsFor(port: number): S3Settings {
  const endpoint = `http://127.0.0.1:${String(port)}`;
  return {
    endpoint,
    bucket,
    region: "us-east-1",
    accessKeyId: "tests:registry",
    secretAccessKey: "of-tests",
  };
}

async function launch(python: Python, settings: S3Settings): Promise<{ stop: () => Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), "mullion-swift-"));
  const [, user = ""] = settings.accessKeyId.split(":");
  const script = path.join(import.meta.dirname, "serve.py");
  const args = [script, folder, new URL(settings.endpoint).port, user, settings.secretAccessKey];
  const child = spawn(python.command, args, { env: python.env, stdio: ["ignore", "pipe", "ignore"] });
  await untilItListens(child);
  return {
    async stop() {
      const exited = once(child, "exit");
      child.kill();
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function untilItListens(child: ChildProcess): Promise<void> {
  const failed = once(child, "exit").then(() => Promise.reject(new Error("Swift ended before it listened")));
  const listens = child.stdout === null ? failed : once(child.stdout, "data");
  await Promise.race([listens, failed]);
  failed.catch(() => undefined);
}

/** Starts Swift with its S3 API and creates the bucket. */
export async function startObjectStore(python: Python): Promise<ObjectStore> {
  const s3 = settingsFor(await freePort());
  const client = new AwsClient({ ...s3, service: "s3", retries: 0 });
  const base = `${s3.endpoint}/${bucket}`;
  let running: { stop: () => Promise<void> } | null = null;

  async function ask(method: string, target: string, body?: Uint8Array<ArrayBuffer>): Promise<Response> {
    const response = await client.fetch(target, { method, ...(body === undefined ? {} : { body }) });
    if (!response.ok) throw new Error(`${method} ${target}: ${await response.text()}`);
    return response;
  }

  const store: ObjectStore = {
    settings: { s3 },
    async start() {
      running = await launch(python, s3);
      await ask("PUT", base);
    },
    async stop() {
      await running?.stop();
      running = null;
    },
    async names() {
      const list = await (await ask("GET", `${base}?list-type=2`)).text();
      return [...list.matchAll(/<Key>blobs\/([^<]*)<\/Key>/g)].map(([, name = ""]) => name);
    },
    async take(name) {
      const target = `${base}/blobs/${name}`;
      const bytes = new Uint8Array(await (await ask("GET", target)).arrayBuffer());
      await ask("DELETE", target);
      return async () => {
        await ask("PUT", target, bytes);
      };
    },
    close: () => store.stop(),
  };
  await store.start();
  return store;
}
