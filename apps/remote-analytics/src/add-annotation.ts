import type { NewAnnotation, Summary } from "@mullion/contracts";

/** The summary as it will be once the note is saved. The service's own id and time replace these right after. */
export function addAnnotation(summary: Summary, { date, text }: NewAnnotation, author: string): Summary {
  const annotation = {
    id: `unsaved-${summary.annotations.length}`,
    date,
    text,
    author,
    createdAt: `${date}T00:00:00Z`,
  };
  return { ...summary, annotations: [annotation, ...summary.annotations] };
}
