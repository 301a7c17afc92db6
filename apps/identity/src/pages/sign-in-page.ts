import { alert, field } from "./form.ts";
import { type Html, html } from "./html.ts";
import { type PageContext, page } from "./layout.ts";

/** One sentence whatever was wrong: it must not tell whether the address is known. */
export const wrongCredentials = "The e-mail address or password is wrong.";

/** Another provider that people may sign in with. */
export interface UpstreamLink {
  name: string;
  href: string;
}

/** What the sign-in page shows. */
export interface SignInView {
  action: string;
  /** What the user signs in to. */
  client?: string | undefined;
  email?: string | undefined;
  error?: string | undefined;
  upstreams?: readonly UpstreamLink[];
  register: string;
  forgotPassword: string;
}

function upstreamLinks(upstreams: readonly UpstreamLink[]): Html | undefined {
  if (upstreams.length === 0) return undefined;
  return html`<p class="mu-or"><span>or</span></p>
        <div class="mu-stack mu-stack--tight">
          ${upstreams.map(({ name, href }) => html`<a class="mu-button mu-button--wide" href="${href}">Continue with ${name}</a>`)}
        </div>`;
}

/** The sign-in form. */
export function signInPage(context: PageContext, view: SignInView): Html {
  const { action, client, email, error, upstreams = [], register, forgotPassword } = view;
  return page(
    context,
    "Sign in",
    html`<p class="mu-muted">${client === undefined ? "Use your Mullion account to continue." : `to continue to ${client}`}</p>
        ${error !== undefined && alert("danger", error, "error")}
        <form class="mu-stack" method="post" action="${action}">
          ${field({ name: "email", label: "Email", type: "email", autocomplete: "username", maxLength: 254, value: email ?? "", invalidBecause: error && "error", autofocus: email === undefined })}
          ${field({ name: "password", label: "Password", type: "password", autocomplete: "current-password", maxLength: 256, invalidBecause: error && "error", autofocus: email !== undefined })}
          <button class="mu-button mu-button--primary mu-button--wide" type="submit">Sign in</button>
        </form>
        <p class="mu-small"><a href="${forgotPassword}">Forgot your password?</a></p>
        ${upstreamLinks(upstreams)}`,
    html`<p class="mu-muted">New here? <a href="${register}">Create an account</a></p>`,
  );
}
