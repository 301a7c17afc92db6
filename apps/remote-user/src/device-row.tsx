import type { Device } from "@mullion/contracts";
import { Badge, Button, type Formatter, Icon } from "@mullion/ui";
import type { ReactNode } from "react";
import { nameBrowser } from "./browser-name.ts";

interface DeviceRowProps {
  readonly device: Device;
  readonly format: Formatter;
  /** Why signing it out failed. */
  readonly error: string | undefined;
  readonly onSignOut: () => void;
}

/** One browser in which the person is signed in. */
export function DeviceRow({ device, format, error, onSignOut }: DeviceRowProps): ReactNode {
  const { label, isHandheld } = nameBrowser(device.userAgent);
  return (
    <li className="mu-list__item">
      <div className="mu-device">
        <span className="mu-device__icon">
          <Icon name={isHandheld ? "phone" : "system"} />
        </span>
        <div className="mu-device__text">
          <span className="mu-row mu-row--tight">
            <strong>{label}</strong>
            {device.current && <Badge tone="accent">This device</Badge>}
          </span>
          <span className="mu-muted mu-small">Last used {format.dateTime(device.lastUsedAt)}</span>
          <span className="mu-muted mu-small">
            Signed in {format.dateTime(device.createdAt)} from{" "}
            <span className="mu-mono">{device.ipAddress}</span>
          </span>
        </div>
        <Button size="small" aria-label={`Sign out ${label}`} onClick={onSignOut}>
          Sign out
        </Button>
      </div>
      {error !== undefined && (
        <span className="mu-field__error" role="alert">
          Not signed out. {error}
        </span>
      )}
    </li>
  );
}
