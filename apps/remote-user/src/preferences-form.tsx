import type { Preferences } from "@mullion/contracts";
import { Alert, Button, SelectField, SwitchField, TextField } from "@mullion/ui";
import type { ReactNode } from "react";
import { localeChoices, themeChoices, timeZoneChoices } from "./choices.ts";
import { usePreferencesDraft } from "./use-preferences-draft.ts";

/** What a person can set for themselves. Saving shows at once everywhere, and is taken back if it fails. */
export function PreferencesForm({ preferences }: { readonly preferences: Preferences }): ReactNode {
  const { draft, errors, failure, isSaving, isSaved, edit, save } = usePreferencesDraft(preferences);
  return (
    <form
      className="mu-stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <TextField
        label="Display name"
        name="displayName"
        autoComplete="nickname"
        maxLength={80}
        value={draft.displayName}
        error={errors.displayName}
        onChange={(displayName) => {
          edit({ displayName });
        }}
      />
      <SelectField
        label="Language"
        name="locale"
        hint="How dates and numbers are written."
        choices={localeChoices}
        value={draft.locale}
        error={errors.locale}
        onChange={(locale) => {
          edit({ locale });
        }}
      />
      <SelectField
        label="Time zone"
        name="timeZone"
        choices={timeZoneChoices(draft.timeZone)}
        value={draft.timeZone}
        error={errors.timeZone}
        onChange={(timeZone) => {
          edit({ timeZone });
        }}
      />
      <SelectField
        label="Theme"
        name="theme"
        choices={themeChoices}
        value={draft.theme}
        error={errors.theme}
        onChange={(theme) => {
          edit({ theme });
        }}
      />
      <SwitchField
        label="E-mail digest"
        name="emailDigest"
        hint="Your choice is kept. No digest is being sent yet."
        checked={draft.emailDigest}
        onChange={(emailDigest) => {
          edit({ emailDigest });
        }}
      />
      {failure !== undefined && <Alert tone="danger">Not saved. {failure.message}</Alert>}
      <div className="mu-row">
        <Button type="submit" variant="primary" busy={isSaving}>
          Save preferences
        </Button>
        <span className="mu-muted" role="status">
          {isSaving && "Saving…"}
          {isSaved && !isSaving && "Saved"}
        </span>
      </div>
    </form>
  );
}
