import { type Preferences, preferencesSchema } from "@mullion/contracts";
import type { BffIssue } from "@mullion/session";

/** What is wrong, by field. */
export type FieldErrors = Readonly<Partial<Record<keyof Preferences, string>>>;

function isField(name: string | undefined): name is keyof Preferences {
  return name !== undefined && Object.hasOwn(preferencesSchema.shape, name);
}

/** Issues of a problem document, put to the fields they are about. Others are left out. */
export function fieldErrors(issues: readonly BffIssue[]): FieldErrors {
  const errors: Partial<Record<keyof Preferences, string>> = {};
  for (const { path, message } of issues) {
    const field = path.split(".").at(-1);
    if (isField(field)) errors[field] ??= message;
  }
  return errors;
}

/** The same check as the service makes, before the request. Empty when all is well. */
export function checkPreferences(preferences: Preferences): FieldErrors {
  const result = preferencesSchema.safeParse(preferences);
  if (result.success) return {};
  const errors = fieldErrors(
    result.error.issues.map(({ path, message }) => ({ path: path.join("."), message })),
  );
  // The most likely mistake deserves words instead of a rule.
  return preferences.displayName.trim() === "" ? { ...errors, displayName: "Enter a name." } : errors;
}
