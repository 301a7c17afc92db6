import { Button, Dialog } from "@mullion/ui";
import type { ReactNode } from "react";
import { useEffect, useState } from "react";
import type { Deadline } from "./deadline.ts";
import type { SessionLife } from "./session-life.ts";

interface SessionPromptProps {
  /** On the machine's clock. */
  readonly deadline: Deadline;
  readonly life: SessionLife;
}

function useSecondsUntil(at: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(Date.now());
    }, 250);
    return () => {
      clearInterval(timer);
    };
  }, []);
  return Math.max(Math.ceil((at - now) / 1_000), 0);
}

/** Tells a person that the session is about to end, and offers what can be done about it. */
export function SessionPrompt({ deadline, life }: SessionPromptProps): ReactNode {
  return deadline.reason === "idle" ? (
    <IdlePrompt at={deadline.at} life={life} />
  ) : (
    <EndPrompt at={deadline.at} life={life} />
  );
}

interface PromptProps {
  readonly at: number;
  readonly life: SessionLife;
}

/** Words for a number of seconds. Read out only when asked for: a countdown that speaks every second is a torment. */
function Countdown({ seconds }: { readonly seconds: number }): ReactNode {
  return (
    <strong className="mu-countdown" role="timer" aria-live="off">
      {seconds === 1 ? "1 second" : `${seconds} seconds`}
    </strong>
  );
}

function useAction(): {
  readonly state: "ready" | "busy" | "failed";
  run(action: () => Promise<boolean>): void;
} {
  const [state, setState] = useState<"ready" | "busy" | "failed">("ready");
  return {
    state,
    run: (action) => {
      setState("busy");
      action().then(
        (done) => {
          setState(done ? "ready" : "failed");
        },
        () => {
          setState("failed");
        },
      );
    },
  };
}

function IdlePrompt({ at, life }: PromptProps): ReactNode {
  const seconds = useSecondsUntil(at);
  const stay = useAction();
  const leave = useAction();
  const onStay = (): void => {
    stay.run(() => life.extend());
  };
  return (
    <Dialog
      role="alertdialog"
      title="Stay signed in?"
      onCancel={onStay}
      actions={
        <>
          <Button variant="primary" busy={stay.state === "busy"} onClick={onStay}>
            Stay signed in
          </Button>
          <Button
            busy={leave.state === "busy"}
            onClick={() => {
              leave.run(async () => {
                await life.signOut();
                return true;
              });
            }}
          >
            Sign out
          </Button>
        </>
      }
    >
      <p>
        You have not done anything here for a while. To protect your data you will be signed out in{" "}
        <Countdown seconds={seconds} />.
      </p>
      <p className="mu-field__error" role="status">
        {(stay.state === "failed" || leave.state === "failed") &&
          "The server could not be reached. Try again."}
      </p>
    </Dialog>
  );
}

function EndPrompt({ at, life }: PromptProps): ReactNode {
  const seconds = useSecondsUntil(at);
  return (
    <Dialog
      role="alertdialog"
      title="Your session is about to end"
      onCancel={() => {
        life.dismissPrompt();
      }}
      actions={
        <>
          <Button
            variant="primary"
            onClick={() => {
              life.signInAgain();
            }}
          >
            Sign in again
          </Button>
          <Button
            onClick={() => {
              life.dismissPrompt();
            }}
          >
            Not now
          </Button>
        </>
      }
    >
      <p>
        It has reached its longest time and ends in <Countdown seconds={seconds} />. It cannot be prolonged:
        save what you are working on, then sign in again to come back to this page.
      </p>
    </Dialog>
  );
}
