import { type Html, html } from "./html.ts";
import { type PageContext, page } from "./layout.ts";
import { scopeList } from "./scope-words.ts";

/** What the consent page asks. Scopes are the names the client asked for. */
export interface ConsentView {
  action: string;
  client: string;
  /** Address of who is signed in. */
  email: string | undefined;
  scopes: readonly string[];
  /** What the client asks for and was allowed before. */
  allowed: readonly string[];
}

/** Asks the user what a client of somebody else may do. */
export function consentPage(context: PageContext, view: ConsentView): Html {
  const { action, client, email, scopes, allowed } = view;
  return page(
    context,
    `Allow ${client}?`,
    html`${email !== undefined && html`<p class="mu-muted mu-small">You are signed in as ${email}.</p>`}
        ${
          scopes.length > 0 &&
          html`<p class="mu-muted">${client} asks for permission to:</p>
        ${scopeList(scopes)}`
        }
        ${
          allowed.length > 0 &&
          html`<p class="mu-muted">You have allowed it before to:</p>
        ${scopeList(allowed)}`
        }
        <form class="mu-stack mu-stack--tight" method="post" action="${action}">
          <button class="mu-button mu-button--primary mu-button--wide" name="decision" value="allow">Allow</button>
          <button class="mu-button mu-button--wide" name="decision" value="deny">Do not allow</button>
        </form>
        <p class="mu-muted mu-small">You can take this back at any time: <a href="/account/apps">your account</a>, under Apps.</p>`,
  );
}
