import type { FastifyRequest } from "fastify";
import type { Refusal } from "./refuse.ts";

// What fits into a request line everywhere.
const maxFormBytes = 8 * 1024;

async function readText(request: FastifyRequest): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request.raw) {
    const bytes = Buffer.from(chunk as Uint8Array);
    length += bytes.length;
    if (length > maxFormBytes) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/**
 * The address to ask by GET for what a form asks by POST (OpenID Connect Core 3.1.2.1). With a form of another site the
 * browser sends no `SameSite=Lax` cookie; with the redirect that answers it, it does: whoever is signed in stays so.
 */
export async function formByGet(request: FastifyRequest, issuer: string): Promise<URL | Refusal> {
  const type = request.headers["content-type"]?.split(";", 1)[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded") {
    return { status: 400, description: "send the parameters as application/x-www-form-urlencoded" };
  }
  const form = await readText(request);
  if (form === undefined) return { status: 413, description: "the form is too large" };
  const { pathname } = new URL(request.url, issuer);
  const url = new URL(pathname, issuer);
  url.search = new URLSearchParams(form).toString();
  return url;
}
