import { BrandMark, Button, EmptyState } from "@mullion/ui";
import type { ReactNode } from "react";
import type { SessionEndReason } from "./session-events.ts";

interface SessionOverProps {
  /** Null where there was no session that could end. */
  readonly reason: SessionEndReason | null;
  /** The page is on its way elsewhere. */
  readonly leaving: boolean;
  readonly onSignIn: () => void;
}

const texts: Readonly<Record<SessionEndReason, { readonly title: string; readonly detail: string }>> = {
  user: {
    title: "You are signed out",
    detail: "You signed out in another tab. Sign in to come back to this page.",
  },
  idle: {
    title: "You were signed out",
    detail: "Nothing was done here for a while. Sign in to come back to this page.",
  },
  expired: { title: "Your session is over", detail: "Its time was up. Sign in to come back to this page." },
  revoked: {
    title: "You were signed out",
    detail: "Your session was ended elsewhere. Sign in to come back to this page.",
  },
};

/** Takes the place of the whole page once the session is over: what was on it is nobody's any more. */
export function SessionOver({ reason, leaving, onSignIn }: SessionOverProps): ReactNode {
  const { title, detail } =
    reason === null ? { title: "You are not signed in", detail: "Sign in to see this page." } : texts[reason];
  return (
    <main className="mu-page mu-page--center">
      <span className="mu-brand">
        <BrandMark />
        Mullion
      </span>
      <section className="mu-card">
        <EmptyState
          icon="shield"
          headingLevel={1}
          title={title}
          detail={leaving ? "One moment…" : detail}
          {...(leaving
            ? {}
            : {
                action: (
                  <Button variant="primary" onClick={onSignIn}>
                    Sign in
                  </Button>
                ),
              })}
        />
      </section>
    </main>
  );
}
