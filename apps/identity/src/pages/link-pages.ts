import { alert, type FieldErrors, field } from "./form.ts";
import { type Html, html } from "./html.ts";
import { type PageContext, page } from "./layout.ts";

/** What a page says that a link leads to. */
export interface LinkView {
  title: string;
  text: string;
  action: string;
  token: string;
  button: string;
}

/**
 * Asks before a link from mail does what it is for. Programs that look through mail open links; they send no forms.
 */
export function linkPage(context: PageContext, { title, text, action, token, button }: LinkView): Html {
  return page(
    context,
    title,
    html`<p class="mu-muted">${text}</p>
        <form method="post" action="${action}">
          <input type="hidden" name="token" value="${token}">
          <button class="mu-button mu-button--primary mu-button--wide" type="submit">${button}</button>
        </form>`,
  );
}

/** Says what a link has done. */
export function donePage(context: PageContext, title: string, text: string): Html {
  return page(context, title, alert("success", text));
}

/** Says that a link does nothing any more, and how to get another. */
export function deadLinkPage(
  context: PageContext,
  text: string,
  another?: { label: string; href: string },
): Html {
  return page(
    context,
    "This link is not good any more",
    html`${alert("warning", text)}${
      another !== undefined &&
      html`<a class="mu-button mu-button--primary mu-button--wide" href="${another.href}">${another.label}</a>`
    }`,
  );
}

/** What the form for a new password shows. */
export interface ResetView {
  token: string;
  /** Whose password it is: password managers keep it with the password. */
  email: string;
  minPasswordLength: number;
  errors?: FieldErrors;
}

/** Asks for a new password. */
export function resetPage(
  context: PageContext,
  { token, email, minPasswordLength, errors = {} }: ResetView,
): Html {
  return page(
    context,
    errors["password"] === undefined ? "Choose a new password" : "Error: Choose a new password",
    html`<p class="mu-muted">For the account of ${email}. All devices will be signed out.</p>
        <form class="mu-stack" method="post" action="/reset-password">
          <input type="hidden" name="token" value="${token}">
          <input hidden type="email" name="email" autocomplete="username" value="${email}" readonly>
          ${field({ name: "password", label: "New password", type: "password", autocomplete: "new-password", minLength: minPasswordLength, maxLength: 256, hint: `At least ${String(minPasswordLength)} characters.`, error: errors["password"], autofocus: true })}
          <button class="mu-button mu-button--primary mu-button--wide" type="submit">Set password</button>
        </form>`,
  );
}

/** What the form for a forgotten password shows. */
export interface ForgotView {
  action: string;
  email?: string | undefined;
  errors?: FieldErrors;
  /** The sign-in that was interrupted. */
  signIn?: string | undefined;
}

function backToSignIn(signIn: string | undefined): Html | undefined {
  return signIn === undefined
    ? undefined
    : html`<p class="mu-muted"><a href="${signIn}">Back to sign-in</a></p>`;
}

/** Asks for the address of the account. */
export function forgotPage(context: PageContext, { action, email, errors = {}, signIn }: ForgotView): Html {
  return page(
    context,
    errors["email"] === undefined ? "Forgot your password?" : "Error: Forgot your password?",
    html`<p class="mu-muted">Enter the address of your account. We will send you a link to choose a new password.</p>
        <form class="mu-stack" method="post" action="${action}">
          ${field({ name: "email", label: "Email", type: "email", autocomplete: "username", maxLength: 254, value: email ?? "", error: errors["email"], autofocus: true })}
          <button class="mu-button mu-button--primary mu-button--wide" type="submit">Send link</button>
        </form>`,
    backToSignIn(signIn),
  );
}

/** Says where to look for the link. The same whether the address has an account or not. */
export function forgottenPage(
  context: PageContext,
  { email, signIn }: { email: string; signIn?: string | undefined },
): Html {
  return page(
    context,
    "Check your mail",
    html`<p>If <strong>${email}</strong> is the confirmed address of an account, we have just sent a link to it. It is good for 30 minutes.</p>
        <p class="mu-muted">Nothing there? Look in the spam folder, or try the address you registered with.</p>`,
    backToSignIn(signIn),
  );
}
