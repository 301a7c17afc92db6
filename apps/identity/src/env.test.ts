import { randomBytes } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import { readServerEnv } from "./env.ts";

const valid = {
  PORT: "4000",
  ISSUER: "http://localhost:4000",
  DATABASE_URL: "postgres://localhost/mullion_identity",
  REDIS_URL: "redis://localhost:6379",
  KEY_ENCRYPTION_KEYS: `k1:${randomBytes(32).toString("base64")}`,
  COOKIE_KEYS: randomBytes(32).toString("base64url"),
  CLIENTS_FILE: "clients.json",
  API_AUDIENCE: "urn:mullion:api",
  INSIGHTS_URL: "http://localhost:4120",
  EVENTS_CLIENT_ID: "mullion-identity",
  EVENTS_CLIENT_SECRET: randomBytes(32).toString("hex"),
  SMTP_URL: "smtps://user:secret@mail.example.com",
  MAIL_FROM: "Mullion <no-reply@example.com>",
};

describe("the environment", () => {
  function refusal(changes: Readonly<Record<string, string | undefined>>): string {
    const lines: string[] = [];
    vi.spyOn(process.stderr, "write").mockImplementation((line) => lines.push(String(line)) > 0);
    vi.spyOn(process, "exit").mockImplementation((code) => {
      throw new Error(`exit ${String(code)}`);
    });
    expect(() => readServerEnv({ ...valid, ...changes })).toThrow("exit 1");
    return lines.join("");
  }

  it("is accepted when it is safe and complete", () => {
    expect(readServerEnv(valid)).toMatchObject({ ACCESS_TOKEN_TTL_SECONDS: 600, HOST: "127.0.0.1" });
    expect(readServerEnv({ ...valid, ISSUER: "https://id.example.com" }).ISSUER).toBe(
      "https://id.example.com",
    );
  });

  it.each([
    "smtp://127.0.0.1:2525",
    "smtp://mail.example.com:587?requireTLS=true",
    "smtps://mail.example.com",
  ])("takes the mail server %s", (url) => {
    expect(readServerEnv({ ...valid, SMTP_URL: url }).SMTP_URL).toBe(url);
  });

  it("offers no other provider by itself, and Google's and GitHub's own addresses for those it offers", () => {
    const { GOOGLE_CLIENT_ID, GITHUB_CLIENT_ID, ...env } = readServerEnv(valid);
    expect([GOOGLE_CLIENT_ID, GITHUB_CLIENT_ID]).toEqual([undefined, undefined]);
    expect(env).toMatchObject({
      GOOGLE_ISSUER: "https://accounts.google.com",
      GITHUB_URL: "https://github.com",
      GITHUB_API_URL: "https://api.github.com",
    });
  });

  it.each([
    ["GOOGLE_CLIENT_SECRET", { GOOGLE_CLIENT_ID: "id" }],
    ["GOOGLE_CLIENT_ID", { GOOGLE_CLIENT_SECRET: "secret" }],
    ["GITHUB_CLIENT_SECRET", { GITHUB_CLIENT_ID: "id" }],
    ["GITHUB_CLIENT_ID", { GITHUB_CLIENT_SECRET: "secret" }],
  ])("identity does not start without %s when its other half is given", (name, half) => {
    expect(refusal(half)).toContain(`${name} is not set`);
  });

  it.each(Object.keys(valid))("identity does not start without %s", (name) => {
    expect(refusal({ [name]: undefined })).toContain(`${name} is not set`);
  });

  it.each([
    ["ISSUER", "http://id.example.com"],
    ["GOOGLE_ISSUER", "http://accounts.example.com"],
    ["GITHUB_URL", "https://github.example.com/"],
    ["GITHUB_API_URL", "http://github.example.com/api/v3"],
    ["ISSUER", "http://localhost.evil.example:4000"],
    ["ISSUER", "https://id.example.com/?x=1"],
    ["COOKIE_KEYS", "short"],
    ["COOKIE_KEYS", `${valid.COOKIE_KEYS},short`],
    ["COOKIE_KEYS", "x".repeat(40)],
    ["COOKIE_KEYS", "change-me-change-me-change-me-change-me"],
    ["COOKIE_KEYS", `${valid.COOKIE_KEYS},${valid.COOKIE_KEYS}`],
    ["COOKIE_KEYS", valid.EVENTS_CLIENT_SECRET],
    ["KEY_ENCRYPTION_KEYS", "k1:c2hvcnQ="],
    ["KEY_ENCRYPTION_KEYS", "no-key"],
    ["KEY_ENCRYPTION_KEYS", `k1:${Buffer.alloc(32, 1).toString("base64")}`],
    ["KEY_ENCRYPTION_KEYS", `${valid.KEY_ENCRYPTION_KEYS},k0:${Buffer.alloc(32).toString("base64")}`],
    ["KEY_ROTATION_DAYS", "0"],
    ["EVENTS_CLIENT_SECRET", "short"],
    ["EVENTS_CLIENT_SECRET", "the-secret-of-the-events-client-here"],
    ["SMTP_URL", "smtp://mail.example.com"],
    ["SMTP_URL", "smtp://localhost.evil.example"],
    ["SMTP_URL", "smtp://mail.example.com?requireTLS=false"],
    ["SMTP_URL", "smtp://mail.example.com?requireTLS=true&tls.rejectUnauthorized=false"],
    ["SMTP_URL", "smtps://mail.example.com?tls.rejectUnauthorized=false"],
    ["SMTP_URL", "https://mail.example.com"],
    ["MAIL_FROM", "nobody"],
    ["MAIL_FROM", "a@example.com\r\nbcc: b@example.com"],
    ["ACCESS_TOKEN_TTL_SECONDS", "901"],
    ["ACCESS_TOKEN_TTL_SECONDS", "4"],
  ])("identity does not start with %s=%s, and does not repeat the value", (name, value) => {
    const said = refusal({ [name]: value });
    expect(said).toContain(`${name} is not valid`);
    expect(said).not.toContain(value);
  });
});
