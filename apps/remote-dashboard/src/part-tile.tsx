import { Badge, Button, type Formatter, Icon, type Tone } from "@mullion/ui";
import type { ReactNode } from "react";
import type { Part } from "./parts.ts";

interface PartTileProps {
  readonly part: Part;
  readonly format: Formatter;
  readonly canPin: boolean;
  readonly isPinned: boolean;
  readonly onTogglePin: () => void;
}

const tones = { up: "success", degraded: "warning", down: "danger" } as const satisfies Record<
  Part["status"],
  Tone
>;
const words = { up: "Up", degraded: "Degraded", down: "Down" } as const satisfies Record<
  Part["status"],
  string
>;

function measured(part: Part, format: Formatter): string {
  if ("version" in part.measure) return part.measure.version;
  const { latencyMs } = part.measure;
  return latencyMs === null ? "No answer" : `${format.number(Math.round(latencyMs))} ms`;
}

/** One service or remote: is it up, how fast or which version, as of when. */
export function PartTile({ part, format, canPin, isPinned, onTogglePin }: PartTileProps): ReactNode {
  return (
    <article className="mu-card mu-tile" aria-label={`${part.kind} ${part.title}`}>
      <div className="mu-tile__head">
        <div>
          <p className="mu-muted mu-small">{part.kind}</p>
          <h2 className="mu-subtitle">{part.title}</h2>
        </div>
        <Button
          variant="quiet"
          size="icon"
          aria-pressed={isPinned}
          aria-label={`Pin ${part.title}`}
          title={isPinned ? "Unpin" : "Pin to the front"}
          disabled={!canPin}
          onClick={onTogglePin}
        >
          <Icon name="pin" />
        </Button>
      </div>
      <div className="mu-row mu-row--spread">
        <Badge tone={tones[part.status]} dot>
          {words[part.status]}
        </Badge>
        <span className="mu-small">
          <span className="mu-visually-hidden">{part.measure.label} </span>
          <span className="mu-mono">{measured(part, format)}</span>
        </span>
      </div>
      <p className="mu-muted mu-small">
        {part.detail ??
          `${part.since.label} ${part.kind === "Service" ? format.time(part.since.at) : format.dateTime(part.since.at)}`}
      </p>
    </article>
  );
}
