import { toProblemError } from "@mullion/http-service";
import type { Pool } from "@mullion/postgres";
import type { RedisClient } from "@mullion/token-store";
import { type Adapter, type AdapterFactory, errors } from "oidc-provider";
import { withUserCodes } from "../grants/user-codes.ts";
import { grantOfRefresh } from "../refresh-tokens/refresh-request.ts";
import { createRefreshTokenAdapter } from "../refresh-tokens/refresh-token-adapter.ts";
import { endGrant, type TellUser } from "../sign-ins/end-grant.ts";
import { createPostgresAdapter, isPostgresModel, type PostgresModel } from "./postgres-adapter.ts";
import { createRedisAdapter } from "./redis-adapter.ts";

/** What a lost Postgres or Redis is to a client: 503, said on the spot and never by a redirect. Others pass unchanged. */
export function toProviderError(error: unknown): unknown {
  if (error instanceof errors.OIDCProviderError) return error;
  if (toProblemError(error).status !== 503) return error;
  const unavailable = new errors.TemporarilyUnavailable("try again shortly", { cause: error });
  return Object.assign(unavailable, { status: 503, statusCode: 503, allow_redirect: false });
}

function translate<A extends unknown[], R>(call: (...args: A) => Promise<R>): (...args: A) => Promise<R> {
  return async (...args) => {
    try {
      return await call(...args);
    } catch (error) {
      throw toProviderError(error);
    }
  };
}

/** Chooses the store of each model: Postgres for what is revoked, Redis for what passes within minutes. */
export function createAdapterFactory(
  pool: Pool,
  redis: RedisClient,
  { userCodeSecrets, tellOfReuse }: { userCodeSecrets: readonly Buffer[]; tellOfReuse: TellUser },
): AdapterFactory {
  const inPostgres = (model: PostgresModel): Adapter => {
    const adapter = createPostgresAdapter(pool, model);
    if (model !== "Grant") return adapter;
    return {
      ...adapter,
      find: async (id) => grantOfRefresh(id) ?? adapter.find(id),
      destroy: (id) => endGrant(pool, id, tellOfReuse),
    };
  };
  const inRedis = (model: string): Adapter => {
    const adapter = createRedisAdapter(redis, model);
    return model === "DeviceCode" ? withUserCodes(adapter, redis, userCodeSecrets) : adapter;
  };
  const adapterOf = (model: string): Adapter => {
    if (model === "RefreshToken") return createRefreshTokenAdapter(pool);
    return isPostgresModel(model) ? inPostgres(model) : inRedis(model);
  };
  return (model): Adapter => {
    const adapter = adapterOf(model);
    return {
      upsert: translate(adapter.upsert),
      find: translate(adapter.find),
      findByUid: translate(adapter.findByUid),
      findByUserCode: translate(adapter.findByUserCode),
      consume: translate(adapter.consume),
      destroy: translate(adapter.destroy),
      revokeByGrantId: translate(adapter.revokeByGrantId),
    };
  };
}
