import type { RemoteList } from "@mullion/contracts";
import { Badge, type Formatter } from "@mullion/ui";
import type { ReactNode } from "react";

interface VersionsProps {
  readonly remote: RemoteList["remotes"][number];
  readonly format: Formatter;
}

/** All published versions of a remote, folded away until asked for. */
export function Versions({ remote, format }: VersionsProps): ReactNode {
  const { versions, liveVersion, title } = remote;
  return (
    <details className="mu-details">
      <summary className="mu-details__summary">
        {versions.length === 1 ? "1 version" : `${format.number(versions.length)} versions`}
        <span className="mu-visually-hidden"> of {title}</span>
      </summary>
      <ul className="mu-list">
        {versions.map(({ version, publishedAt, publishedBy, bytes }) => (
          <li key={version} className="mu-list__item">
            <span className="mu-row mu-row--tight">
              <span className="mu-mono">{version}</span>
              {version === liveVersion && <Badge tone="accent">Live</Badge>}
            </span>
            <span className="mu-muted mu-small">
              {format.dateTime(publishedAt)} · {publishedBy} · {format.bytes(bytes)}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
