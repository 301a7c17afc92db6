import type { Pool } from "@mullion/postgres";
import Provider, { type Adapter } from "oidc-provider";
import { revocationReason } from "../sign-ins/revocation-reason.ts";
import { toExpiry } from "../storage/expiry.ts";
import { noteUser } from "../users/noted-user.ts";
import { createFamily, findToken, revokeFamiliesOf, revokeFamily } from "./family-store.ts";
import { currentRefresh, spend } from "./refresh-request.ts";

/**
 * Keeps refresh tokens by the hash of what the client holds. The library consumes a token, stores the next and then
 * makes its answer; here both wait for the answer, to be stored with it in one step (`finishRotations`).
 */
export function createRefreshTokenAdapter(pool: Pool): Adapter {
  return {
    async find(id) {
      const found = await findToken(pool, id);
      if (found === undefined) return undefined;
      const { payload, grantPayload, consumedAt, replayable, user } = found;
      noteUser(user);
      const request = currentRefresh();
      if (request !== undefined && payload.grantId !== undefined) {
        request.grant = { id: payload.grantId, payload: { ...grantPayload, jti: payload.grantId } };
      }
      if (consumedAt === null) return payload;
      if (request === undefined || !replayable) return { ...payload, consumed: consumedAt };
      // The library checks client, key, grant and user as it does for a live token.
      request.replay = true;
      return payload;
    },
    async consume(id) {
      spend(id);
    },
    async upsert(id, payload, expiresIn) {
      const request = currentRefresh();
      if (request?.parent !== undefined) {
        request.child = { id, payload };
        return;
      }
      const { ctx } = Provider;
      const to = { address: ctx?.ip, userAgent: ctx?.get("user-agent") };
      await createFamily(pool, { id, payload, expiresAt: toExpiry(expiresIn), to });
    },
    async destroy(id) {
      await revokeFamily(pool, id, revocationReason());
    },
    async revokeByGrantId(grantId) {
      await revokeFamiliesOf(pool, grantId, revocationReason());
    },
    findByUid: async () => undefined,
    findByUserCode: async () => undefined,
  };
}
