import type { FeedMessage } from "@mullion/contracts";
import { Badge, Button, Card, EmptyState, type Formatter, Icon, type Tone } from "@mullion/ui";
import type { ReactNode } from "react";
import { useFeed } from "./use-feed.ts";

const statusTones = { open: "success", connecting: "warning", closed: "neutral" } as const satisfies Record<
  string,
  Tone
>;
const statusWords = { open: "Live", connecting: "Connecting…", closed: "Not connected" } as const;

const classTones = {
  "2xx": "success",
  "3xx": "neutral",
  "4xx": "warning",
  "5xx": "danger",
} as const satisfies Record<string, Tone>;

/** What happens on the platform, as it happens. */
export function Feed({ format }: { readonly format: Formatter }): ReactNode {
  const { status, items, isPaused, waiting, toggle } = useFeed();
  return (
    <Card
      title="Right now"
      actions={
        <span className="mu-row mu-row--tight">
          <Badge tone={isPaused ? "neutral" : statusTones[status]} dot>
            {isPaused ? "Paused" : statusWords[status]}
          </Badge>
          <Button size="small" aria-pressed={isPaused} onClick={toggle}>
            <Icon name={isPaused ? "play" : "pause"} />
            {isPaused ? `Resume${waiting === 0 ? "" : ` (${format.number(waiting)} new)`}` : "Pause"}
          </Button>
        </span>
      }
    >
      {items.length === 0 ? (
        <EmptyState
          icon="refresh"
          title="Waiting for the next event"
          detail="Sign-ins and requests appear here within seconds."
        />
      ) : (
        // Not read out: it would never stop. Whoever wants to hear it can go there.
        <div className="mu-feed" role="log" aria-live="off" aria-label="Latest events" tabIndex={0}>
          <ul>
            {items.map(({ number, message }) => (
              <li key={number} className="mu-feed__item">
                <span className="mu-muted mu-mono">{format.time(message.at)}</span>
                <What message={message} format={format} />
              </li>
            ))}
          </ul>
        </div>
      )}
    </Card>
  );
}

function What({ message, format }: { readonly message: FeedMessage; readonly format: Formatter }): ReactNode {
  if (message.type === "signin") {
    const failed = message.outcome === "failure";
    return (
      <>
        <span className="mu-feed__what">{failed ? "Somebody failed to sign in" : "Somebody signed in"}</span>
        <Badge tone={failed ? "danger" : "success"}>{failed ? "Failure" : "Success"}</Badge>
      </>
    );
  }
  return (
    <>
      <span className="mu-feed__what">
        {format.number(message.count)} × <span className="mu-mono">{message.routeId}</span>
      </span>
      <Badge tone={classTones[message.statusClass]}>{message.statusClass}</Badge>
    </>
  );
}
