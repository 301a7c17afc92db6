import { type Html, html } from "./html.ts";

/** What every page needs to know: where the stylesheet is. */
export interface PageContext {
  stylesheet: string;
}

const mark = html`<svg class="mu-brand__mark" viewBox="0 0 26 26" aria-hidden="true">
        <rect width="26" height="26" rx="6.5" fill="currentColor"/>
        <g class="mu-brand__panes"><path d="M6.5 3.5h4.25v11H3.5v-8a3 3 0 0 1 3-3zM3.5 16.75h7.25v5.75H6.5a3 3 0 0 1-3-3zM13 11.5h9.5v8a3 3 0 0 1-3 3H13z"/></g>
        <path class="mu-brand__lit" d="M13 3.5h6.5a3 3 0 0 1 3 3v2.75H13z"/>
      </svg>`;

/** The product's name with its mark. */
export const brand: Html = html`${mark}Mullion`;

/** A whole document. Works without scripts; there are none. */
export function htmlDocument({ stylesheet }: PageContext, title: string, body: Html): Html {
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="robots" content="noindex">
    <title>${title} · Mullion</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="${stylesheet}">
  </head>
  <body>
    ${body}
  </body>
</html>
`;
}
