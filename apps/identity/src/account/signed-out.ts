import type { FastifyReply } from "fastify";
import { cookieNames, realmOf } from "../provider/cookies.ts";
import { toPage } from "./area.ts";

/** Takes the cookie of an ended session from the browser. By a form's answer only: no address may sign anybody out. */
export function toSignedOut(reply: FastifyReply, issuer: string): FastifyReply {
  const realm = realmOf(issuer);
  const { session } = cookieNames(realm);
  const attributes = `path=/; max-age=0; httponly; samesite=lax${realm.secure ? "; secure" : ""}`;
  const gone = [session, `${session}.sig`].map((name) => `${name}=; ${attributes}`);
  return toPage(reply.header("set-cookie", gone), "/account/signed-out");
}
