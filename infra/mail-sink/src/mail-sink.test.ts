import { once } from "node:events";
import { request } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { createLogger } from "@mullion/http-service";
import type { FastifyInstance } from "fastify";
import { createTransport } from "nodemailer";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { readEnv } from "./env.ts";
import { createMailStore, type MailStore } from "./mail-store.ts";
import { startSmtp } from "./smtp.ts";
import { createWeb } from "./web.ts";

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

describe("the mail sink", () => {
  let store: MailStore;
  let web: FastifyInstance;
  let origin: string;
  let stopSmtp: () => Promise<void>;
  let smtpPort: number;

  beforeAll(async () => {
    store = createMailStore(3);
    smtpPort = await freePort();
    stopSmtp = await startSmtp(store, { host: "127.0.0.1", port: smtpPort });
    web = await createWeb(store, createLogger({ name: "mail-sink-test", level: "silent" }));
    origin = await web.listen({ host: "127.0.0.1", port: 0 });
  });
  beforeEach(() => {
    store.clear();
  });
  afterAll(async () => {
    await web.close();
    await stopSmtp();
  });

  async function send(mail: { to: string; subject: string; text?: string; html?: string }): Promise<void> {
    const transport = createTransport({ host: "127.0.0.1", port: smtpPort });
    await transport.sendMail({ from: "Mullion <no-reply@mullion.test>", ...mail });
    transport.close();
  }

  const open = async (path: string): Promise<string> => (await fetch(`${origin}${path}`)).text();

  it("shows what arrives over SMTP, newest first, with links that can be clicked", async () => {
    await send({ to: "a@mullion.test", subject: "First", text: "Go to https://id.example/x?token=1." });
    await send({ to: "b@mullion.test", subject: "Grüße <b>", text: "second" });
    const list = await open("/");
    expect(list.indexOf("Grüße &lt;b&gt;")).toBeGreaterThan(0);
    expect(list.indexOf("Grüße &lt;b&gt;")).toBeLessThan(list.indexOf("First"));
    const [first] = store.list("a@mullion.test");
    const page = await open(`/mails/${first?.id ?? ""}`);
    expect(page).toContain(
      '<a href="https://id.example/x?token=1" target="_blank" rel="noreferrer noopener">',
    );
  });

  it("what a mail's HTML brings along runs nothing, loads nothing and cannot reach the page around it", async () => {
    await send({
      to: "a@mullion.test",
      subject: "x",
      html: "<script>alert(1)</script><a href='https://a.b'>go</a>",
    });
    const id = store.list()[0]?.id ?? "";
    expect(await open(`/mails/${id}`)).toMatch(
      /<iframe [^>]*sandbox="allow-popups allow-popups-to-escape-sandbox">/,
    );
    const response = await fetch(`${origin}/mails/${id}/html`);
    const policy = response.headers.get("content-security-policy");
    expect(policy).toMatch(/^sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none';/);
    expect(policy).not.toContain("script");
    expect(await response.text()).toMatch(/^<base target="_blank"><script>/);
  });

  it("keeps the last mails only, and forgets all of them when told", async () => {
    for (const n of [1, 2, 3, 4]) await send({ to: "a@mullion.test", subject: `Number ${String(n)}` });
    expect(store.list().map(({ subject }) => subject)).toEqual(["Number 4", "Number 3", "Number 2"]);
    await fetch(`${origin}/clear`, { method: "POST", headers: { "sec-fetch-site": "same-origin" } });
    expect(await open("/")).toContain("No mail yet");
  });

  it("gives tests the mails to one address as JSON", async () => {
    await send({ to: "a@mullion.test", subject: "one" });
    await send({ to: "B@mullion.test", subject: "two", text: "two" });
    const mails: unknown = JSON.parse(await open("/mails.json?to=b@mullion.test"));
    expect(mails).toMatchObject([
      { to: ["b@mullion.test"], subject: "two", text: expect.stringContaining("two") as unknown },
    ]);
  });

  it("tells an open page of a mail as it comes", async () => {
    const leave = new AbortController();
    const response = await fetch(`${origin}/events`, { signal: leave.signal });
    let seen = "";
    const reading = (async () => {
      for await (const chunk of response.body ?? []) seen += Buffer.from(chunk).toString();
    })().catch(() => undefined);
    await send({ to: "a@mullion.test", subject: "now" });
    await vi.waitFor(() => {
      expect(seen).toContain("event: change");
    });
    leave.abort();
    await reading;
  });

  it("answers 404 for a mail that is gone, with the list still there", async () => {
    await send({ to: "a@mullion.test", subject: "still here" });
    const response = await fetch(`${origin}/mails/999`);
    expect(response.status).toBe(404);
    expect(await response.text()).toContain("still here");
  });

  it("refuses whoever came by another name than this machine's, and writes of other sites", async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      request(`${origin}/mails.json`, { headers: { host: "rebound.example" } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on("error", reject)
        .end();
    });
    expect(status).toBe(403);
    await send({ to: "a@mullion.test", subject: "kept" });
    const foreign = await fetch(`${origin}/clear`, {
      method: "POST",
      headers: { "sec-fetch-site": "cross-site" },
    });
    expect(foreign.status).toBe(403);
    expect(store.list()).toHaveLength(1);
  });

  it.each([
    ["NODE_ENV", "production"],
    ["HOST", "0.0.0.0"],
    ["SMTP_PORT", "none"],
  ])("does not start with %s=%s", (name, value) => {
    const lines: string[] = [];
    vi.spyOn(process.stderr, "write").mockImplementation((line) => lines.push(String(line)) > 0);
    const exit = vi.spyOn(process, "exit").mockImplementation((code) => {
      throw new Error(`exit ${String(code)}`);
    });
    onTestFinished(() => {
      exit.mockRestore();
    });
    expect(() => readEnv({ PORT: "4200", SMTP_PORT: "4210", [name]: value })).toThrow("exit 1");
    expect(lines.join("")).toContain(`${name} is not valid`);
  });
});
