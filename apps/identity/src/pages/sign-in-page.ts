import { type Html, html } from "./html.ts";
import { alertIcon, type PageContext, page } from "./layout.ts";

/** One sentence whatever was wrong: it must not tell whether the address is known. */
export const wrongCredentials = "The e-mail address or password is wrong.";

/** What the sign-in page shows. */
export interface SignInView {
  action: string;
  email?: string | undefined;
  error?: string | undefined;
}

/** The sign-in form. */
export function signInPage(context: PageContext, { action, email, error }: SignInView): Html {
  const described = error !== undefined && html` aria-describedby="error" aria-invalid="true"`;
  const autofocus = html` autofocus`;
  return page(
    context,
    "Sign in",
    html`<p class="mu-muted">Use your Mullion account to continue.</p>
        ${
          error !== undefined &&
          html`<div class="mu-alert mu-alert--danger" id="error" role="alert">${alertIcon}<span>${error}</span></div>`
        }
        <form class="mu-stack" method="post" action="${action}">
          <div class="mu-field">
            <label class="mu-field__label" for="email">Email</label>
            <input class="mu-field__input" id="email" name="email" type="email" autocomplete="username" maxlength="254" required value="${email ?? ""}"${described}${email === undefined && autofocus}>
          </div>
          <div class="mu-field">
            <label class="mu-field__label" for="password">Password</label>
            <input class="mu-field__input" id="password" name="password" type="password" autocomplete="current-password" maxlength="256" required${described}${email !== undefined && autofocus}>
          </div>
          <button class="mu-button mu-button--primary mu-button--wide" type="submit">Sign in</button>
        </form>`,
  );
}
