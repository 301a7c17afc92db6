import cookie from "@fastify/cookie";
import { fastify } from "fastify";
import { expect, it, onTestFinished } from "vitest";
import { refreshCookie } from "./refresh-cookie.ts";

it("SEC-1 SEC-2 SEC-3 on https the cookie is Secure, HttpOnly, Strict, of this host alone, and gone the same way", async () => {
  const app = fastify();
  onTestFinished(() => app.close());
  await app.register(cookie);
  const todo = refreshCookie("https://id.example.com", "todo");
  app.get("/set", (_request, reply) => {
    todo.set(reply, "secret");
    return reply.send();
  });
  app.get("/read", (request, reply) => {
    todo.clear(reply);
    return reply.send(todo.read(request) ?? "none");
  });

  const set = await app.inject("/set");
  expect(set.headers["set-cookie"]).toBe(
    "__Host-mullion_spa.todo=secret; Max-Age=3888000; Path=/; HttpOnly; Secure; SameSite=Strict",
  );
  const read = await app.inject({ url: "/read", cookies: { "__Host-mullion_spa.todo": "secret" } });
  expect(read.body).toBe("secret");
  expect(read.headers["set-cookie"]).toMatch(
    /^__Host-mullion_spa\.todo=; Max-Age=0; Path=\/;.* HttpOnly; Secure; SameSite=Strict$/,
  );
  // One that another host of the site could plant, or that belongs to another client.
  for (const name of ["mullion_spa.todo", "__Host-mullion_spa.notes"]) {
    expect((await app.inject({ url: "/read", cookies: { [name]: "planted" } })).body).toBe("none");
  }
});
