import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { freePort } from "@mullion/testing";
import { importJWK, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Program } from "../program.ts";
import { followGuide, type Workbench } from "../workbench.ts";

/** A delivery as it is on the wire. */
interface Delivery {
  readonly body: string;
  readonly signature: string;
}

describe("docs/clients/webhooks.md", () => {
  let bench: Workbench;
  let receiver: Program;
  let receiverUrl: string;
  // Between the two, as whoever listens in would be: it keeps what the sender sends, and delivers nothing.
  let line: Server;
  const overheard: Delivery[] = [];

  beforeAll(async () => {
    bench = await followGuide("webhooks", { makes: "make-key.mjs" });
    line = createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (piece: string) => {
        body += piece;
      });
      request.on("end", () => {
        overheard.push({ body, signature: String(request.headers["webhook-signature"]) });
        response.writeHead(204).end();
      });
    });
    const linePort = await freePort();
    line.listen(linePort, "127.0.0.1");
    await once(line, "listening");
    const address = { RECEIVER_URL: `http://localhost:${linePort}/hooks` };
    await bench.serve("sender.mjs", address);
    const port = String(await freePort());
    receiverUrl = `http://localhost:${port}/hooks`;
    receiver = await bench.serve("receiver.mjs", { ...address, PORT: port, SENDER_URL: bench.appUrl });
  });
  afterAll(async () => {
    line.close();
    await bench.close();
  });

  async function order(): Promise<Delivery> {
    expect(await (await fetch(`${bench.appUrl}/orders`, { method: "POST" })).text()).toBe("204");
    return overheard.at(-1) ?? { body: "", signature: "" };
  }

  async function deliver({ body, signature }: Delivery): Promise<number> {
    const headers = { "webhook-signature": signature };
    return (await fetch(receiverUrl, { method: "POST", headers, body })).status;
  }

  const received = (): number => receiver.output().split("received order.placed").length - 1;

  it("S3.10 a signed event is received, once, however often it is delivered", async () => {
    const event = await order();
    const before = received();
    expect([await deliver(event), await deliver(event)]).toEqual([204, 204]);
    await receiver.printed("received order.placed");
    expect(received()).toBe(before + 1);
  });

  it("S3.10 an event is refused with another body, another signature, or none", async () => {
    const first = await order();
    const second = await order();
    const before = received();
    const altered = { ...first, body: first.body.replace("order.placed", "order.refund") };
    const swapped = { ...first, signature: second.signature };
    for (const forged of [altered, swapped, { ...first, signature: "" }, { ...first, signature: "a.b.c" }]) {
      expect(await deliver(forged)).toBe(401);
    }
    expect(received()).toBe(before);
  });

  it("S3.10 the sender gets its own access tokens with the same key", async () => {
    const { PRIVATE_JWK = "{}", CLIENT_ID = "" } = bench.env;
    const jwk = JSON.parse(PRIVATE_JWK) as { kid: string };
    const assertion = await new SignJWT({ jti: crypto.randomUUID() })
      .setProtectedHeader({ alg: "ES256", kid: jwk.kid })
      .setIssuer(CLIENT_ID)
      .setSubject(CLIENT_ID)
      .setAudience(bench.identity.issuer)
      .setIssuedAt()
      .setExpirationTime("1 minute")
      .sign(await importJWK(jwk, "ES256"));
    const response = await fetch(`${bench.identity.issuer}/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "client_credentials",
        scope: "profile:read",
        client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        client_assertion: assertion,
      }),
    });
    expect(await response.json()).toMatchObject({ token_type: "Bearer", scope: "profile:read" });
  });

  it("every block of the guide was run", () => {
    expect(bench.notRun()).toEqual([]);
  });
});
