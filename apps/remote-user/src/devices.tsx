import type { Device } from "@mullion/contracts";
import { useSession } from "@mullion/session";
import { Alert, Badge, Button, Card, Confirmation, ErrorCard, type Formatter, Skeleton } from "@mullion/ui";
import { type ReactNode, useState } from "react";
import { nameBrowser } from "./browser-name.ts";
import { DeviceRow } from "./device-row.tsx";
import { useDevices } from "./use-devices.ts";

/** Where the person is signed in, and the way to end that. */
export function Devices({ format }: { readonly format: Formatter }): ReactNode {
  const { signOut } = useSession();
  const { data, error, isValidating, refresh, failure, ...devices } = useDevices();
  const [asked, setAsked] = useState<Device | "others">();
  const [stayed, setStayed] = useState(false);

  const onConfirm = (): void => {
    setAsked(undefined);
    setStayed(false);
    if (asked === "others") void devices.signOutOthers();
    else if (asked?.current === true) {
      signOut().catch(() => {
        setStayed(true);
      });
    } else if (asked !== undefined) void devices.signOut(asked);
  };

  if (data === undefined && error !== undefined) {
    return (
      <ErrorCard
        title="Your devices could not be loaded"
        detail={error.message}
        retrying={isValidating}
        onRetry={() => void refresh()}
      />
    );
  }
  const others = data?.devices.filter((device) => !device.current) ?? [];
  return (
    <Card
      title="Devices"
      busy={data === undefined}
      actions={
        others.length > 0 && (
          <Button
            size="small"
            variant="danger"
            onClick={() => {
              setAsked("others");
            }}
          >
            Sign out all others
          </Button>
        )
      }
    >
      <p className="mu-muted mu-small">
        Every browser in which you are signed in. Sign out what you do not know or no longer use.
      </p>
      {error !== undefined && <Alert tone="warning">This list could not be refreshed. {error.message}</Alert>}
      {failure?.deviceId === null && (
        <Alert tone="danger">The others were not signed out. {failure.error.message}</Alert>
      )}
      {data === undefined && <Skeleton shape="field" />}
      <ul className="mu-list">
        {data?.devices.map((device) => (
          <DeviceRow
            key={device.id}
            device={device}
            format={format}
            error={errorOf(device, failure, stayed)}
            onSignOut={() => {
              setAsked(device);
            }}
          />
        ))}
      </ul>
      {data !== undefined && others.length === 0 && (
        <p>
          <Badge tone="success" dot>
            You are signed in nowhere else
          </Badge>
        </p>
      )}
      {asked !== undefined && (
        <Question
          about={asked}
          onCancel={() => {
            setAsked(undefined);
          }}
          onConfirm={onConfirm}
        />
      )}
    </Card>
  );
}

function errorOf(
  device: Device,
  failure: ReturnType<typeof useDevices>["failure"],
  stayed: boolean,
): string | undefined {
  if (device.current) return stayed ? "The server could not be reached." : undefined;
  return failure?.deviceId === device.id ? failure.error.message : undefined;
}

interface QuestionProps {
  readonly about: Device | "others";
  readonly onCancel: () => void;
  readonly onConfirm: () => void;
}

function Question({ about, onCancel, onConfirm }: QuestionProps): ReactNode {
  const title =
    about === "others" ? "Sign out all other devices?" : `Sign out ${nameBrowser(about.userAgent).label}?`;
  const consequence =
    about !== "others" && about.current
      ? "This is the device you are using: you leave this page."
      : "Whoever uses it has to sign in again. What they have not saved is lost.";
  return (
    <Confirmation title={title} confirmLabel="Sign out" onConfirm={onConfirm} onCancel={onCancel}>
      {consequence}
    </Confirmation>
  );
}
