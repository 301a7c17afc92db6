import { alert, errorSummary, type FieldErrors, field } from "../form.ts";
import { type Html, html } from "../html.ts";
import type { PageContext } from "../layout.ts";
import { accountPage, type PersonView } from "./frame.ts";

/** How the user shows who they are before something sensitive: not at all right after a sign-in. */
export type Confirmation = "none" | "password" | "sign_in";

/** What the forms of the account area share. */
export interface FormView {
  person: PersonView;
  confirmation: Confirmation;
  errors?: FieldErrors | undefined;
  values?: Readonly<Record<string, string>> | undefined;
}

interface SettingsForm extends FormView {
  title: string;
  lead: string;
  action: string;
  fields: Html;
  button: string;
  danger?: boolean;
  above?: Html | undefined;
}

const cancel = html`<a class="mu-button" href="/account">Cancel</a>`;

function signInAgain(action: string): Html {
  return html`<section class="mu-card mu-stack">
            <p>To go on, show that it is you: sign in again. Then you have five minutes.</p>
            <div class="mu-row">
              <a class="mu-button mu-button--primary" href="/account/confirm?to=${encodeURIComponent(action)}">Sign in again</a>
              ${cancel}
            </div>
          </section>`;
}

function settingsPage(context: PageContext, view: SettingsForm): Html {
  const { title, lead, action, fields, button, person, confirmation, errors, danger, above } = view;
  const form = html`${errorSummary(errors)}
          <section class="mu-card mu-stack">
            ${above}
            <form class="mu-stack" method="post" action="${action}">
              ${fields}
              ${
                confirmation === "password" &&
                field({
                  name: "current_password",
                  label: "Your current password",
                  type: "password",
                  autocomplete: "current-password",
                  maxLength: 256,
                  hint: "To show that it is you.",
                  error: errors?.["current_password"],
                })
              }
              <div class="mu-row">
                <button class="mu-button ${danger === true ? "mu-button--danger" : "mu-button--primary"}" type="submit">${button}</button>
                ${cancel}
              </div>
            </form>
          </section>`;
  const body = confirmation === "sign_in" ? signInAgain(action) : form;
  const failed = Object.keys(errors ?? {}).length > 0;
  return accountPage(context, {
    title: failed ? `Error: ${title}` : title,
    lead,
    section: "/account",
    person,
    body,
  });
}

/** Changes what the user is called. */
export function namePage(context: PageContext, view: FormView): Html {
  const { errors, values, person } = view;
  return settingsPage(context, {
    ...view,
    title: "Your name",
    lead: "Shown to you and to the people you work with.",
    action: "/account/name",
    button: "Save",
    fields: field({
      name: "name",
      label: "Name",
      type: "text",
      autocomplete: "name",
      maxLength: 80,
      value: values?.["name"] ?? person.name,
      error: errors?.["name"],
    }),
  });
}

/** Asks for another address; it counts once the link sent to it was opened. */
export function emailPage(context: PageContext, view: FormView): Html {
  const { errors, values, person } = view;
  return settingsPage(context, {
    ...view,
    title: "Your e-mail address",
    lead: `You sign in with ${person.email}. We send a link to the new address; the change counts once you open it.`,
    action: "/account/email",
    button: "Send the link",
    fields: field({
      name: "email",
      label: "New e-mail address",
      type: "email",
      autocomplete: "email",
      maxLength: 254,
      value: values?.["email"] ?? "",
      error: errors?.["email"],
    }),
  });
}

/** Sets or changes the password. */
export function passwordPage(
  context: PageContext,
  view: FormView & { hasPassword: boolean; minLength: number },
): Html {
  const { errors, hasPassword, minLength } = view;
  return settingsPage(context, {
    ...view,
    title: hasPassword ? "Change your password" : "Set a password",
    lead: "Afterwards you stay signed in here and are signed out everywhere else.",
    action: "/account/password",
    button: hasPassword ? "Change password" : "Set password",
    fields: field({
      name: "new_password",
      label: "New password",
      type: "password",
      autocomplete: "new-password",
      minLength,
      maxLength: 256,
      hint: `At least ${String(minLength)} characters. A sentence is easier to remember than a puzzle.`,
      error: errors?.["new_password"],
    }),
  });
}

/** Deletes the account, for good. */
export function deletePage(context: PageContext, view: FormView): Html {
  const { errors, values, person } = view;
  return settingsPage(context, {
    ...view,
    title: "Delete your account",
    lead: "There is no way back.",
    action: "/account/delete",
    button: "Delete my account",
    danger: true,
    above: alert(
      "warning",
      "You are signed out everywhere, and your sign-ins, linked accounts and permissions are deleted.",
    ),
    fields: field({
      name: "email",
      label: `Type ${person.email} to confirm`,
      type: "email",
      autocomplete: "off",
      maxLength: 254,
      value: values?.["email"] ?? "",
      error: errors?.["email"],
    }),
  });
}
