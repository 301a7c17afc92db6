import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { text } from "node:stream/consumers";
import { expect, it, onTestFinished } from "vitest";
import { createUserAgent } from "./user-agent.ts";

/** A server that answers with `listener`, and what it was asked. */
async function serve(listener: RequestListener): Promise<{ url: string; asked: IncomingMessage[] }> {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    listener(request, response);
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("not a TCP address");
  return { url: `http://localhost:${String(address.port)}`, asked };
}

it("keeps the cookies a browser would keep, and drops those that a __Host- prefix forbids", async () => {
  const { url, asked } = await serve((_request, response) => {
    response
      .setHeader("set-cookie", [
        "__Host-a=1; Path=/; Secure; HttpOnly",
        "__Host-b=1; Path=/elsewhere; Secure",
        "__Host-c=1; Path=/",
        "gone=1; Path=/; Max-Age=0",
        "other=1; Path=/other",
      ])
      .end();
  });
  const agent = createUserAgent();
  const response = await agent.fetch(url);
  expect(response.headers.getSetCookie()).toHaveLength(5);
  await agent.fetch(url);
  expect(asked[1]?.headers.cookie).toBe("__Host-a=1");
  expect(await agent.cookie(url, "__Host-a")).toBe("1");
});

it("follows redirects as a browser does, up to the address that the test wants to look at", async () => {
  const { url, asked } = await serve((request, response) => {
    if (request.url === "/end") response.end("the end");
    else response.writeHead(303, { location: request.url === "/start" ? "/middle" : "/end" }).end();
  });
  const agent = createUserAgent();
  const page = await agent.open(`${url}/start`, { method: "POST", body: "x" });
  expect([page.url.pathname, page.text]).toEqual(["/end", "the end"]);
  expect(asked.map(({ method, url: path }) => `${String(method)} ${String(path)}`)).toEqual([
    "POST /start",
    "GET /middle",
    "GET /end",
  ]);
  const stopped = await agent.open(`${url}/start`, { until: ({ pathname }) => pathname === "/end" });
  expect(stopped).toMatchObject({ response: null, text: "" });
  expect(asked).toHaveLength(5);
  expect((await agent.fetch(`${url}/start`)).status).toBe(303);
});

it("sends a page's form to where the form says, with the page's origin", async () => {
  let sent = "";
  const { url, asked } = await serve((request, response) => {
    if (request.method === "GET") response.end('<form method="post" action="/sign-in">');
    else void text(request).then((body) => response.end((sent = body)));
  });
  const agent = createUserAgent();
  await agent.submit(await agent.open(`${url}/page`), { email: "a@b.test", password: "p w" });
  expect(sent).toBe("email=a%40b.test&password=p+w");
  expect(asked[1]?.url).toBe("/sign-in");
  expect(asked[1]?.headers).toMatchObject({
    origin: url,
    "content-type": "application/x-www-form-urlencoded",
  });
});

it("asks one instance of several under the name they share", async () => {
  const { url, asked } = await serve((_request, response) => response.end());
  const agent = createUserAgent({ serverOf: () => url, headers: { "x-always": "1" } });
  await agent.fetch("http://shell.test/path?query=1");
  expect(asked[0]?.url).toBe("/path?query=1");
  expect(asked[0]?.headers).toMatchObject({ host: "shell.test", "x-always": "1" });

  const other = await serve((_request, response) => response.end());
  await agent.fetch("http://shell.test/", { server: other.url });
  expect(other.asked[0]?.headers.host).toBe("shell.test");
});
