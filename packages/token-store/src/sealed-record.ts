import type { ZodType, z } from "zod";
import { TokenStoreError } from "./errors.ts";
import type { KeyRing } from "./key-ring.ts";
import { createOpenedTokens } from "./opened-tokens.ts";
import {
  type DeviceInfo,
  deviceInfoSchema,
  type SessionContent,
  type SessionHandle,
  type StoredView,
  storedViewSchema,
  type TokenSet,
  tokenSetSchema,
} from "./record.ts";

/**
 * Seals and opens the parts of a record. Each part only opens in its own field of its own session; opening throws
 * `record_unreadable` for what no key opens, and for what an older version of this code wrote in another shape.
 */
export interface SealedRecord {
  seal(handle: SessionHandle, content: SessionContent): { tokens: string; view: string };
  sealDevice(handle: SessionHandle, device: DeviceInfo): string;
  /** Not to be changed: the next caller gets the same one. */
  openTokens(handle: SessionHandle, sealed: string): Readonly<TokenSet>;
  openView(handle: SessionHandle, sealed: string): StoredView;
  openDevice(handle: SessionHandle, sealed: string): DeviceInfo;
  /** Lets go of what was opened for an ended session. */
  forget(handle: SessionHandle): void;
}

/** Creates the sealing of records with a key ring. */
export function createSealedRecord(keys: KeyRing): SealedRecord {
  const open = <S extends ZodType>(
    schema: S,
    handle: SessionHandle,
    field: string,
    sealed: string,
  ): z.output<S> => {
    const opened = schema.safeParse(JSON.parse(keys.open(sealed, `${handle}:${field}`)));
    if (opened.success) return opened.data;
    const { error: cause } = opened;
    throw new TokenStoreError("record_unreadable", "A record has another shape than expected.", { cause });
  };
  const seal = (handle: SessionHandle, field: string, value: unknown): string =>
    keys.seal(JSON.stringify(value), `${handle}:${field}`);
  const openedTokens = createOpenedTokens();
  return {
    seal: (handle, { tokens, view }) => ({
      tokens: seal(handle, "tokens", tokens),
      view: seal(handle, "view", view),
    }),
    sealDevice: (handle, device) => seal(handle, "device", device),
    openTokens(handle, sealed) {
      const known = openedTokens.find(handle, sealed);
      if (known !== undefined) return known;
      const tokens = open(tokenSetSchema, handle, "tokens", sealed);
      openedTokens.keep(handle, sealed, tokens);
      return tokens;
    },
    openView: (handle, sealed) => open(storedViewSchema, handle, "view", sealed),
    openDevice: (handle, sealed) => open(deviceInfoSchema, handle, "device", sealed),
    forget: (handle) => {
      openedTokens.forget(handle);
    },
  };
}
