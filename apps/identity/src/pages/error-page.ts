import { type Html, html } from "./html.ts";
import { icon } from "./icon.ts";
import { type PageContext, page } from "./layout.ts";

/** What went wrong. `code` and `description` are for whoever has to find the cause. */
export interface ErrorView {
  status: number;
  code: string;
  description?: string;
  /** The sign-in waited too long, or was begun in another browser. */
  expired?: boolean;
}

function explain({ status, expired }: ErrorView): [title: string, advice: string] {
  if (expired === true) {
    return [
      "This sign-in has expired",
      "Go back to the application and start again. If it keeps happening, check that cookies are allowed.",
    ];
  }
  if (status === 404) return ["Page not found", "There is nothing at this address."];
  if (status === 429) return ["Too many attempts", "Wait a moment, then try again."];
  if (status === 503) return ["Back in a moment", "Sign-in is not available right now. Try again shortly."];
  if (status >= 500) return ["Something went wrong", "It is our fault, not yours. Try again shortly."];
  return ["This request is not valid", "Go back to the application and start again."];
}

/** A page for whatever went wrong. */
export function errorPage(context: PageContext, view: ErrorView): Html {
  const [title, advice] = explain(view);
  return page(
    context,
    title,
    html`<p class="mu-muted">${advice}</p>
        ${view.status === 404 && html`<a class="mu-button mu-button--wide" href="/account">Go to your account</a>`}
        <div class="mu-alert">${icon("alert")}<span><code>${view.code}</code>${view.description !== undefined && html`<br>${view.description}`}</span></div>`,
  );
}
