import type { Summary } from "@mullion/contracts";
import { RequireRole } from "@mullion/session";
import { Card, EmptyState, type Formatter, Skeleton } from "@mullion/ui";
import type { ReactNode } from "react";
import { AnnotationForm } from "./annotation-form.tsx";

interface AnnotationsProps {
  readonly summary: Summary | undefined;
  /** Where the summary shown comes from. */
  readonly path: string;
  readonly format: Formatter;
}

/** Notes about single days: a release, an outage, a holiday. */
export function Annotations({ summary, path, format }: AnnotationsProps): ReactNode {
  const lastDay = summary?.days.at(-1)?.date;
  return (
    <Card title="Notes" busy={summary === undefined}>
      {summary === undefined && <Skeleton shape="panel" />}
      {summary?.annotations.length === 0 && (
        <EmptyState
          icon="note"
          title="No notes in these days"
          detail="A note explains a day: a release, an outage, a holiday."
        />
      )}
      {summary !== undefined && summary.annotations.length > 0 && (
        <ul className="mu-list">
          {summary.annotations.map((annotation) => (
            <li key={annotation.id} className="mu-list__item">
              <span>{annotation.text}</span>
              <span className="mu-muted mu-small">
                {format.day(annotation.date)} · {annotation.author}
              </span>
            </li>
          ))}
        </ul>
      )}
      {lastDay !== undefined && (
        <RequireRole
          roles={["admin", "member"]}
          fallback={<p className="mu-muted mu-small">Members and administrators can add notes.</p>}
        >
          <AnnotationForm path={path} lastDay={lastDay} />
        </RequireRole>
      )}
    </Card>
  );
}
