import type { KeyRing } from "./key-ring.ts";
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

/** Seals and opens the parts of a record. Each part only opens in its own field of its own session. */
export interface SealedRecord {
  seal(handle: SessionHandle, content: SessionContent): { tokens: string; view: string };
  sealDevice(handle: SessionHandle, device: DeviceInfo): string;
  openTokens(handle: SessionHandle, sealed: string): TokenSet;
  openView(handle: SessionHandle, sealed: string): StoredView;
  openDevice(handle: SessionHandle, sealed: string): DeviceInfo;
}

/** Creates the sealing of records with a key ring. */
export function createSealedRecord(keys: KeyRing): SealedRecord {
  const open = (handle: SessionHandle, field: string, sealed: string): unknown =>
    JSON.parse(keys.open(sealed, `${handle}:${field}`));
  const seal = (handle: SessionHandle, field: string, value: unknown): string =>
    keys.seal(JSON.stringify(value), `${handle}:${field}`);
  return {
    seal: (handle, { tokens, view }) => ({
      tokens: seal(handle, "tokens", tokens),
      view: seal(handle, "view", view),
    }),
    sealDevice: (handle, device) => seal(handle, "device", device),
    openTokens: (handle, sealed) => tokenSetSchema.parse(open(handle, "tokens", sealed)),
    openView: (handle, sealed) => storedViewSchema.parse(open(handle, "view", sealed)),
    openDevice: (handle, sealed) => deviceInfoSchema.parse(open(handle, "device", sealed)),
  };
}
