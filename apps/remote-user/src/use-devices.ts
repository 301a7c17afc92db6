import { type Device, type DeviceList, deviceListSchema, revokedSchema } from "@mullion/contracts";
import { type BffError, type BffState, useBff, useBffMutation } from "@mullion/session";
import { useState } from "react";

/** What went wrong, and with which device; `null`: with all others. */
interface DeviceFailure {
  readonly deviceId: string | null;
  readonly error: BffError;
}

interface Devices extends BffState<DeviceList> {
  readonly failure: DeviceFailure | undefined;
  /** Ends the session of one other device. */
  signOut(device: Device): Promise<void>;
  /** Ends all sessions but this one. */
  signOutOthers(): Promise<void>;
}

const path = "/session/devices";

/** Where the person is signed in. A device that is signed out is gone at once, and comes back if that failed. */
export function useDevices(): Devices {
  const devices = useBff(path, deviceListSchema);
  const [target, setTarget] = useState<string | null>(null);
  const keep =
    (isKept: (device: Device) => boolean) =>
    (list: DeviceList): DeviceList => ({ devices: list.devices.filter(isKept) });
  const one = useBffMutation<Device, DeviceList>({
    method: "DELETE",
    path: ({ id }) => `${path}/${encodeURIComponent(id)}`,
    toBody: () => undefined,
    optimistic: { path, update: (list, { id }) => keep((device) => device.id !== id)(list) },
  });
  const others = useBffMutation<undefined, DeviceList>({
    method: "DELETE",
    path,
    schema: revokedSchema,
    optimistic: { path, update: keep((device) => device.current) },
  });
  const run = async (deviceId: string | null, write: () => Promise<boolean>): Promise<void> => {
    setTarget(deviceId);
    one.reset();
    others.reset();
    // It may have failed because somebody else was faster: the list then says so.
    if (!(await write())) await devices.refresh();
  };
  const error = one.error ?? others.error;
  return {
    ...devices,
    failure: error === undefined ? undefined : { deviceId: target, error },
    signOut: (device) => run(device.id, () => one.run(device)),
    signOutOthers: () => run(null, () => others.run(undefined)),
  };
}
