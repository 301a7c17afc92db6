import { type Preferences, type Profile, preferencesSchema } from "@mullion/contracts";
import { type BffError, useBffMutation } from "@mullion/session";
import { applyTheme } from "@mullion/ui";
import { useState } from "react";
import { checkPreferences, type FieldErrors, fieldErrors } from "./field-errors.ts";

interface PreferencesDraft {
  /** The saved preferences with the edits on top. */
  readonly draft: Preferences;
  readonly errors: FieldErrors;
  /** A failure that belongs to no single field. */
  readonly failure: BffError | undefined;
  readonly isSaving: boolean;
  readonly isSaved: boolean;
  edit(change: Partial<Preferences>): void;
  save(): Promise<void>;
}

/** Edits of the preferences until they are saved. A failed save keeps the edits. */
export function usePreferencesDraft(saved: Preferences): PreferencesDraft {
  const [edits, setEdits] = useState<Partial<Preferences>>({});
  const [checked, setChecked] = useState<FieldErrors>({});
  const [isSaved, setIsSaved] = useState(false);
  const mutation = useBffMutation<Preferences, Profile>({
    method: "PUT",
    path: "/profile/me/preferences",
    optimistic: { path: "/profile/me", update: (profile, preferences) => ({ ...profile, preferences }) },
  });
  const draft = { ...saved, ...edits };
  const refused = fieldErrors(mutation.error?.issues ?? []);

  const save = async (): Promise<void> => {
    const problems = checkPreferences(draft);
    setChecked(problems);
    setIsSaved(false);
    mutation.reset();
    if (Object.keys(problems).length > 0) return;
    const body = preferencesSchema.parse(draft);
    if (!(await mutation.run(body))) return;
    setEdits({});
    setIsSaved(true);
    applyTheme(body.theme);
  };
  return {
    draft,
    errors: { ...refused, ...checked },
    failure: Object.keys(refused).length > 0 ? undefined : mutation.error,
    isSaving: mutation.isSaving,
    isSaved,
    edit: (change) => {
      setEdits((current) => ({ ...current, ...change }));
      setIsSaved(false);
    },
    save,
  };
}
