import { type Pins, type Profile, profileSchema } from "@mullion/contracts";
import { type BffError, useBff, useBffMutation } from "@mullion/session";

interface PinsState {
  /** Ids of the pinned tiles, in order. */
  readonly pinned: readonly string[];
  /** False until the profile is there: without it a change would overwrite what is saved. */
  readonly isKnown: boolean;
  readonly error: BffError | undefined;
  toggle(id: string): Promise<void>;
}

/** The person's pins. A change shows at once and is taken back if it cannot be saved. */
export function usePins(): PinsState {
  const { data } = useBff("/profile/me", profileSchema);
  const pinned = data?.pins ?? [];
  const { run, error } = useBffMutation<Pins, Profile>({
    method: "PUT",
    path: "/profile/me/pins",
    optimistic: { path: "/profile/me", update: (profile, { pins }) => ({ ...profile, pins }) },
  });
  return {
    pinned,
    isKnown: data !== undefined,
    error,
    toggle: async (id) => {
      await run({ pins: pinned.includes(id) ? pinned.filter((pin) => pin !== id) : [...pinned, id] });
    },
  };
}
