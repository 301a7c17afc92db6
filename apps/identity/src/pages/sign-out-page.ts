import { Html, html } from "./html.ts";
import { type PageContext, page } from "./layout.ts";

/** Asks before signing out. `form` is the library's own markup and holds its CSRF token. */
export function signOutPage(context: PageContext, { form, formId }: { form: string; formId: string }): Html {
  return page(
    context,
    "Sign out",
    html`<div><p class="mu-muted">Do you want to sign out of Mullion in this browser?</p>${new Html(form)}</div>
        <div class="mu-stack mu-stack--tight">
          <button class="mu-button mu-button--primary mu-button--wide" type="submit" form="${formId}" name="logout" value="yes">Sign out</button>
          <button class="mu-button mu-button--wide" type="submit" form="${formId}">Stay signed in</button>
        </div>`,
  );
}

/** Shown after signing out when the client named no page of its own. */
export function signedOutPage(context: PageContext): Html {
  return page(context, "Signed out", html`<p class="mu-muted">You can close this page now.</p>`);
}
