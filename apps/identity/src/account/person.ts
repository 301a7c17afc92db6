import type { Pool } from "@mullion/postgres";
import type { FastifyReply, FastifyRequest } from "fastify";
import type Provider from "oidc-provider";
import { findUser, type StoredUser } from "../users/user-store.ts";

/** Who is signed in at identity itself, and since when. */
export interface Person {
  user: StoredUser;
  /** Null for people who sign in with linked accounts only. */
  passwordHash: string | null;
  sessionUid: string;
  signedInAt: Date;
}

/** Whoever the session cookie of a request belongs to. The cookie is the provider's own, and is only read here. */
export async function findPerson(
  { provider, pool }: { provider: Provider; pool: Pool },
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Person | undefined> {
  const session = await provider.Session.get(provider.createContext(request.raw, reply.raw));
  const { accountId, loginTs, uid } = session;
  if (accountId === undefined || loginTs === undefined) return undefined;
  const user = await findUser(pool, accountId);
  if (user === undefined) return undefined;
  const { rows } = await pool.query<{ password_hash: string | null }>(
    "select password_hash from users where id = $1",
    [accountId],
  );
  return {
    user,
    passwordHash: rows[0]?.password_hash ?? null,
    sessionUid: uid,
    signedInAt: new Date(loginTs * 1000),
  };
}
