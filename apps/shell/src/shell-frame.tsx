import { type Connection, useSession } from "@mullion/session";
import { Account, Alert, AppFrame, ThemeToggle } from "@mullion/ui";
import Link from "next/link";
import { useRouter } from "next/router";
import { type ReactNode, useState } from "react";
import type { DevtoolsData, NavigationItem, ShownOverride } from "./bridge/protocol.ts";
import { Devtools } from "./devtools/devtools.tsx";
import { OverrideBanner } from "./override-banner.tsx";

interface ShellFrameProps {
  readonly navigation: readonly NavigationItem[];
  readonly overrides: readonly ShownOverride[];
  readonly devtools: DevtoolsData | null;
  readonly children: ReactNode;
}

function bannerFor(signOutFailed: boolean, connection: Connection): ReactNode {
  if (signOutFailed) {
    return <Alert tone="danger">You are still signed in: the server could not be reached. Try again.</Alert>;
  }
  if (connection === "online") return undefined;
  return <Alert tone="warning">Reconnecting… Your session is kept, and this page goes on by itself.</Alert>;
}

/** The frame that stays while panes change: navigation, theme, account. */
export function ShellFrame({ navigation, overrides, devtools, children }: ShellFrameProps): ReactNode {
  const { asPath } = useRouter();
  const { session, connection, signOut } = useSession();
  const [leaving, setLeaving] = useState<"no" | "signing-out" | "failed">("no");
  const here = asPath.split(/[?#]/, 1)[0];

  const leave = (): void => {
    setLeaving("signing-out");
    signOut().catch(() => {
      setLeaving("failed");
    });
  };

  const trouble = bannerFor(leaving === "failed", connection);
  const banner =
    overrides.length === 0 ? (
      trouble
    ) : (
      <>
        <OverrideBanner overrides={overrides} />
        {trouble}
      </>
    );
  return (
    <AppFrame
      link={Link}
      navigation={navigation.map(({ label, path, icon }) => ({
        label,
        href: path,
        icon,
        current: path === here,
      }))}
      tools={
        <>
          {devtools !== null && <Devtools data={devtools} />}
          <ThemeToggle />
          {session !== null && (
            <Account
              name={session.user.name}
              detail={session.user.email}
              signingOut={leaving === "signing-out"}
              onSignOut={leave}
            />
          )}
        </>
      }
      {...(banner === undefined ? {} : { banner })}
    >
      {children}
    </AppFrame>
  );
}
