import type { RolloutEvent } from "@mullion/contracts";
import { Badge, type Formatter, type Tone } from "@mullion/ui";
import type { ReactNode } from "react";
import type { Rollout } from "./rollout-card.tsx";

const words = {
  promoted: ["Promoted", "success"],
  "rolled-back": ["Rolled back to", "warning"],
  "canary-started": ["Canary started", "accent"],
  "canary-changed": ["Canary changed", "accent"],
  "canary-aborted": ["Canary aborted", "danger"],
} as const satisfies Record<RolloutEvent["kind"], readonly [string, Tone]>;

/** What happened to a remote in the channel, newest first, folded away until asked for. */
export function History({
  rollout,
  format,
}: {
  readonly rollout: Rollout;
  readonly format: Formatter;
}): ReactNode {
  return (
    <details className="mu-details">
      <summary className="mu-details__summary">
        History<span className="mu-visually-hidden"> of {rollout.title}</span>
      </summary>
      <ul className="mu-list">
        {rollout.events.map((event) => {
          const [word, tone] = words[event.kind];
          return (
            <li key={event.revision} className="mu-list__item">
              <span className="mu-row mu-row--tight">
                <Badge tone={tone}>{word}</Badge>
                <span className="mu-mono">{event.version}</span>
                {event.percent !== null && format.percent(event.percent / 100)}
              </span>
              {event.reason !== null && <span>{event.reason}</span>}
              <span className="mu-muted mu-small">
                {format.dateTime(event.at)} · {event.actor === "guard" ? "by itself" : event.actor}
              </span>
            </li>
          );
        })}
      </ul>
    </details>
  );
}
