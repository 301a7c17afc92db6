import Provider, { type AdapterPayload, errors, type KoaContextWithOIDC } from "oidc-provider";
import { isRefresh } from "../sign-ins/revocation-reason.ts";

/** What a request with a refresh token is about to do; done in one step at its end. */
export interface RefreshRequest {
  /** The token that was shown. */
  parent?: string;
  /** The grant of it, read with it. */
  grant?: { id: string; payload: AdapterPayload };
  /** True when it was replaced some seconds ago, so that what it was answered is given again. */
  replay?: boolean;
  /** The token to replace it, not stored yet. */
  child?: { id: string; payload: AdapterPayload };
}

const requests = new WeakMap<object, RefreshRequest>();

/** What the library works on at this moment, when it is a request with a refresh token. */
export function currentRefresh(): RefreshRequest | undefined {
  const { ctx } = Provider;
  if (ctx === undefined || !isRefresh()) return undefined;
  let request = requests.get(ctx);
  if (request === undefined) {
    request = {};
    requests.set(ctx, request);
  }
  return request;
}

/** The grant of the token that is being refreshed, when it is this one: one round trip less. */
export function grantOfRefresh(id: string): AdapterPayload | undefined {
  const grant = currentRefresh()?.grant;
  return grant?.id === id ? grant.payload : undefined;
}

/** What this request is about to do. */
export function refreshOf(ctx: KoaContextWithOIDC): RefreshRequest | undefined {
  return requests.get(ctx);
}

/** Notes that a token is to be replaced. Rejects outside of a request that can replace it in one step. */
export function spend(id: string): void {
  const request = currentRefresh();
  if (request === undefined) throw new errors.InvalidGrant("refresh tokens are used at the token endpoint");
  request.parent = id;
}
