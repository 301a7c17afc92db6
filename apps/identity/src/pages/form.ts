import { type Html, html } from "./html.ts";
import { type IconName, icon } from "./icon.ts";

/** A labelled field. `name` is its id too. */
export interface FieldView {
  name: string;
  label: string;
  type: "email" | "password" | "text";
  /** Token of the HTML standard, e.g. `current-password`: password managers go by it. */
  autocomplete: string;
  maxLength: number;
  minLength?: number;
  value?: string | undefined;
  hint?: string | undefined;
  /** What is wrong with the value. */
  error?: string | undefined;
  /** Id of a message elsewhere on the page that says what is wrong with the value. */
  invalidBecause?: string | undefined;
  autofocus?: boolean;
}

/** A field with its label, hint and error, tied together for assistive technology. */
export function field(view: FieldView): Html {
  const { name, label, type, autocomplete, maxLength, minLength, value, hint, error, invalidBecause } = view;
  const invalid = error !== undefined || invalidBecause !== undefined;
  const described = [hint && `${name}-hint`, error && `${name}-error`, invalidBecause]
    .filter(Boolean)
    .join(" ");
  const attributes = html`type="${type}" autocomplete="${autocomplete}" maxlength="${maxLength}" required${
    minLength !== undefined && html` minlength="${minLength}"`
  }${value !== undefined && html` value="${value}"`}${
    described !== "" && html` aria-describedby="${described}"`
  }${invalid && html` aria-invalid="true"`}${view.autofocus === true && html` autofocus`}`;
  return html`<div class="mu-field">
            <label class="mu-field__label" for="${name}">${label}</label>
            ${hint !== undefined && html`<p class="mu-field__hint" id="${name}-hint">${hint}</p>`}
            <input class="mu-field__input" id="${name}" name="${name}" ${attributes}>
            ${error !== undefined && html`<p class="mu-field__error" id="${name}-error">${error}</p>`}
          </div>`;
}

const iconOf = {
  danger: "alert",
  warning: "alert",
  success: "check",
  info: "info",
} as const satisfies Record<string, IconName>;

/** How much a message matters. */
export type Tone = keyof typeof iconOf;

/** A message above what it is about. Errors and warnings are read out at once, the others when it suits. */
export function alert(tone: Tone, text: string | Html, id?: string): Html {
  const role = tone === "danger" || tone === "warning" ? "alert" : "status";
  return html`<div class="mu-alert mu-alert--${tone}"${id !== undefined && html` id="${id}"`} role="${role}">${icon(iconOf[tone])}<span>${text}</span></div>`;
}

/** What is wrong with a form, by field. */
export type FieldErrors = Readonly<Record<string, string>>;

/** What is wrong with a form, in front of it: each entry leads to its field. Nothing when nothing is wrong. */
export function errorSummary(errors: FieldErrors | undefined): Html | undefined {
  const entries = Object.entries(errors ?? {});
  if (entries.length === 0) return undefined;
  return alert(
    "danger",
    html`${entries.map(([name, text]) => html`<a class="mu-line" href="#${name}">${text}</a>`)}`,
  );
}
