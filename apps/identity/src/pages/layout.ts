import { brand, htmlDocument, type PageContext } from "@mullion/pages";
import { type Html, html } from "./html.ts";

export { brand, htmlDocument, type PageContext };

/** What the page itself is headed. That a form was refused stands before it in the window's title only, which is read first. */
export function headingOf(title: string): string {
  return title.replace(/^Error: /, "");
}

/** The frame of pages that ask or say one thing: one card under the brand, and perhaps a line below the card. */
export function page(context: PageContext, title: string, card: Html, below?: Html): Html {
  return htmlDocument(
    context,
    title,
    html`<main class="mu-page mu-page--center">
      <span class="mu-brand">${brand}</span>
      <section class="mu-card mu-stack">
        <h1 class="mu-title">${headingOf(title)}</h1>
        ${card}
      </section>
      ${below}
    </main>`,
  );
}
