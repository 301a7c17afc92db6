import { roleSchema } from "@mullion/contracts";
import { decodeJwt } from "jose";
import { z } from "zod";
import type { RefreshedTokens } from "../refresher.ts";
import type { Person } from "./credentials-backend.ts";
import type { JsonAnswer } from "./json-client.ts";

const pairSchema = z.object({
  access: z.string().min(1),
  /** Comes with a sign-in, and with a refresh where ROTATE_REFRESH_TOKENS is on. */
  refresh: z.string().min(1).optional(),
});

const claimsSchema = z.object({ exp: z.number() });

const identifier = z.union([z.string().min(1), z.number()]).transform(String);

const personSchema = z
  .object({
    id: identifier.optional(),
    user_id: identifier.optional(),
    name: z.string().min(1),
    email: z.email(),
    roles: z.array(z.unknown()).default([]),
  })
  .transform(({ id, user_id: userId, name, email, roles }, context): Person => {
    const found = userId ?? id;
    if (found === undefined) context.addIssue("neither user_id nor id");
    // A backend has groups of its own: those that are no roles here give no rights here.
    const known = roles.flatMap((role) => roleSchema.safeParse(role).data ?? []);
    return { id: found ?? "", name, email, roles: known };
  });

/**
 * Reads a token pair. The lifetime is what is left on the backend's own clock: `exp` against the time of its answer.
 * `iat` is of no use, because simplejwt copies it from the refresh token, and neither is our clock.
 * @throws {Error} when it is no pair, or the access token is no JWT with an expiry ahead.
 */
export function parseTokenPair({ body, sentAt }: JsonAnswer): RefreshedTokens {
  const { access, refresh } = pairSchema.parse(body);
  // Not verified here: it came from the backend itself, which is also the one that will verify it.
  const { exp } = claimsSchema.parse(decodeJwt(access));
  const expiresInSeconds = exp - Math.floor(sentAt / 1_000);
  if (expiresInSeconds <= 0) throw new Error("The backend's access token had expired when it was issued.");
  return {
    accessToken: access,
    refreshToken: refresh,
    idToken: undefined,
    expiresInSeconds,
    scope: undefined,
  };
}

/** Who a token's claims, or the answer about the signed-in user, are about. Null when they do not tell. */
export function parsePerson(source: unknown): Person | null {
  return personSchema.safeParse(source).data ?? null;
}
