import { Alert, Badge, ErrorCard, Page, PageHeader, Skeleton } from "@mullion/ui";
import type { ReactNode } from "react";
import { PartTile } from "./part-tile.tsx";
import { countUp } from "./parts.ts";
import { usePins } from "./use-pins.ts";
import { usePlatform } from "./use-platform.ts";

const loadingTiles = ["a", "b", "c", "d", "e", "f"];

/** The page at `/dashboard`: every service as just probed and every remote as just checked. */
export default function App(): ReactNode {
  const pins = usePins();
  const { parts, health, remotes, format, isLive } = usePlatform(pins.pinned);
  const sources = [
    { name: "Health of the services", ...health },
    { name: "The list of remotes", ...remotes },
  ];
  const isLoading = sources.some((source) => source.data === undefined && source.error === undefined);
  return (
    <Page>
      <PageHeader
        title="Dashboard"
        lead={<Lead parts={parts} isLoading={isLoading} />}
        actions={
          <Badge tone={isLive ? "success" : "neutral"} dot>
            {isLive ? "Live" : "Every 5 seconds"}
          </Badge>
        }
      />
      {pins.error !== undefined && <Alert tone="danger">The pin was not saved. {pins.error.message}</Alert>}
      {sources.map(({ name, data, error, isValidating, refresh }) => {
        if (error === undefined) return null;
        if (data !== undefined) {
          return (
            <Alert key={name} tone="warning">
              {name} could not be refreshed: what you see is the last known state. {error.message}
            </Alert>
          );
        }
        return (
          <ErrorCard
            key={name}
            title={`${name} could not be loaded`}
            detail={error.message}
            retrying={isValidating}
            onRetry={() => void refresh()}
          />
        );
      })}
      <ul className="mu-grid" aria-busy={isLoading}>
        {parts.map((part) => (
          <li key={part.id}>
            <PartTile
              part={part}
              format={format}
              canPin={pins.isKnown}
              isPinned={pins.pinned.includes(part.id)}
              onTogglePin={() => void pins.toggle(part.id)}
            />
          </li>
        ))}
        {isLoading &&
          loadingTiles.map((tile) => (
            <li key={tile}>
              <Skeleton shape="tile" />
            </li>
          ))}
      </ul>
    </Page>
  );
}

interface LeadProps {
  readonly parts: Parameters<typeof countUp>[0];
  readonly isLoading: boolean;
}

function Lead({ parts, isLoading }: LeadProps): ReactNode {
  if (isLoading) return "Looking at every part of the platform…";
  if (parts.length === 0) return "Nothing to show.";
  const up = countUp(parts);
  return `${up} of ${parts.length} up${up === parts.length ? ": everything works." : "."}`;
}
