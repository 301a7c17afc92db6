import { alert } from "./form.ts";
import { type Html, html } from "./html.ts";
import { type PageContext, page } from "./layout.ts";

/** Who could not be signed in. */
export interface UnverifiedView {
  upstream: string;
  email: string | undefined;
  /** The sign-in page. */
  back: string;
}

/** Says what to do when another provider does not vouch for the address. */
export function unverifiedPage(context: PageContext, { upstream, email, back }: UnverifiedView): Html {
  return page(
    context,
    "We could not sign you in",
    html`${alert(
      "warning",
      email === undefined
        ? `${upstream} told us no e-mail address that it has verified.`
        : `${upstream} has not verified that ${email} is yours.`,
    )}
        <p class="mu-muted">Verify your primary address at ${upstream} and try again. If you have a Mullion password, sign in with it and link ${upstream} in your account.</p>
        <a class="mu-button mu-button--primary mu-button--wide" href="${back}">Back to sign-in</a>`,
  );
}
