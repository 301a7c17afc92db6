import { type NewAnnotation, newAnnotationSchema, type Summary } from "@mullion/contracts";
import { useBffMutation, useSession } from "@mullion/session";
import { Alert, Button, TextField } from "@mullion/ui";
import { type ReactNode, useState } from "react";
import { addAnnotation } from "./add-annotation.ts";

interface AnnotationFormProps {
  readonly path: string;
  /** Default day: the last one in the data, so that it exists in the chart. */
  readonly lastDay: string;
}

/** Adds a note to a day. It shows at once and is taken back if it cannot be saved; the text is kept. */
export function AnnotationForm({ path, lastDay }: AnnotationFormProps): ReactNode {
  const { session } = useSession();
  const [text, setText] = useState("");
  const [chosenDate, setChosenDate] = useState<string>();
  const [wrong, setWrong] = useState<{ text?: string; date?: string }>({});
  const date = chosenDate ?? lastDay;
  const { run, isSaving, error } = useBffMutation<NewAnnotation, Summary>({
    method: "POST",
    path: "/insights/annotations",
    optimistic: {
      path,
      update: (summary, annotation) => addAnnotation(summary, annotation, session?.user.name ?? ""),
    },
  });
  const save = async (): Promise<void> => {
    const parsed = newAnnotationSchema.safeParse({ date, text });
    const fields = new Set(parsed.error?.issues.map((issue) => issue.path[0]));
    setWrong({
      ...(fields.has("text") ? { text: "Write a note of at most 140 characters." } : {}),
      ...(fields.has("date") ? { date: "Choose a day." } : {}),
    });
    if (parsed.success && (await run(parsed.data))) setText("");
  };
  return (
    <form
      className="mu-stack"
      aria-label="Add a note"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <TextField
        label="Day"
        type="date"
        name="date"
        value={date}
        max={lastDay}
        error={wrong.date}
        onChange={setChosenDate}
      />
      <TextField
        label="Note"
        name="text"
        maxLength={140}
        value={text}
        error={wrong.text}
        onChange={setText}
      />
      {error !== undefined && <Alert tone="danger">The note was not saved. {error.message}</Alert>}
      <div className="mu-row">
        <Button type="submit" busy={isSaving}>
          Add note
        </Button>
      </div>
    </form>
  );
}
