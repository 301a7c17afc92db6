import { alert, errorSummary, type FieldErrors, field } from "./form.ts";
import { type Html, html } from "./html.ts";
import { type PageContext, page } from "./layout.ts";

/** What the registration form shows. */
export interface RegisterView {
  action: string;
  signIn: string;
  minPasswordLength: number;
  values?: Readonly<{ name?: string | undefined; email?: string | undefined }>;
  errors?: FieldErrors;
}

/** The title of a page whose form was refused says so first: it is what screen readers say first. */
function titled(title: string, failed: boolean): string {
  return failed ? `Error: ${title}` : title;
}

/** The registration form. */
export function registerPage(context: PageContext, view: RegisterView): Html {
  const { action, signIn, minPasswordLength, values = {}, errors = {} } = view;
  const wrong = Object.keys(errors);
  const failed = wrong.length > 0;
  const first = wrong[0] ?? "name";
  return page(
    context,
    titled("Create an account", failed),
    html`${wrong.length > 1 && errorSummary(errors)}
        <form class="mu-stack" method="post" action="${action}">
          ${field({ name: "name", label: "Name", type: "text", autocomplete: "name", maxLength: 80, value: values.name ?? "", error: errors["name"], autofocus: first === "name" })}
          ${field({ name: "email", label: "Email", type: "email", autocomplete: "username", maxLength: 254, value: values.email ?? "", error: errors["email"], autofocus: first === "email" })}
          ${field({ name: "password", label: "Password", type: "password", autocomplete: "new-password", minLength: minPasswordLength, maxLength: 256, hint: `At least ${String(minPasswordLength)} characters. A few words in a row are easy to remember.`, error: errors["password"], autofocus: first === "password" })}
          <button class="mu-button mu-button--primary mu-button--wide" type="submit">Create account</button>
        </form>`,
    html`<p class="mu-muted">You have an account? <a href="${signIn}">Sign in</a></p>`,
  );
}

/** What follows a registration. */
export interface RegisteredView {
  email: string;
  /** Goes on with what the registration was for. */
  next: string;
  resend: string;
  resent: boolean;
}

/** Says where to look for the link. The same whether the address had an account or not. */
export function registeredPage(context: PageContext, view: RegisteredView): Html {
  const { email, next, resend, resent } = view;
  return page(
    context,
    "Check your mail",
    html`${resent && alert("success", "We sent the mail again.")}
        <p>We sent a mail to <strong>${email}</strong>. Open the link in it to confirm that the address is yours, on any device, within 24 hours.</p>
        <p class="mu-muted">You can go on right away. Until the address is confirmed you stay signed in for a few minutes at a time.</p>
        <a class="mu-button mu-button--primary mu-button--wide" href="${next}">Continue</a>
        <form method="post" action="${resend}"><button class="mu-button mu-button--wide" type="submit">Send the mail again</button></form>`,
  );
}
