import { type Html, html } from "./html.ts";

// The same lines as the ui's icons draw.
const shapes = {
  alert: html`<circle cx="12" cy="12" r="9"/><path d="M12 7.5v5.5M12 16.5v.01"/>`,
  info: html`<circle cx="12" cy="12" r="9"/><path d="M12 11v5.5M12 7.5v.01"/>`,
  check: html`<path d="m5 12.5 4.5 4.5L19 7.5"/>`,
  user: html`<circle cx="12" cy="8" r="3.75"/><path d="M4.75 20c.6-3.9 3.5-6 7.25-6s6.65 2.1 7.25 6"/>`,
  key: html`<circle cx="8" cy="15.5" r="4"/><path d="m11 12.5 8.5-8.5M16 7.5l2.75 2.75"/>`,
  device: html`<path d="M4.5 5h15a1 1 0 0 1 1 1v9.5a1 1 0 0 1-1 1h-15a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1zM9 20h6M12 16.5V20"/>`,
  phone: html`<path d="M8 3.75h8a1.25 1.25 0 0 1 1.25 1.25v14A1.25 1.25 0 0 1 16 20.25H8A1.25 1.25 0 0 1 6.75 19V5A1.25 1.25 0 0 1 8 3.75zM11 17.5h2"/>`,
  link: html`<path d="M10 14.5 14.5 10M8.5 11 6 13.5a3.5 3.5 0 0 0 5 5L13.5 16M10.5 8 13 5.5a3.5 3.5 0 0 1 5 5L15.5 13"/>`,
  apps: html`<rect x="4" y="4" width="6.5" height="6.5" rx="1.25"/><rect x="13.5" y="4" width="6.5" height="6.5" rx="1.25"/><rect x="4" y="13.5" width="6.5" height="6.5" rx="1.25"/><rect x="13.5" y="13.5" width="6.5" height="6.5" rx="1.25"/>`,
  "sign-out": html`<path d="M14 4.25H6.75a1.5 1.5 0 0 0-1.5 1.5v12.5a1.5 1.5 0 0 0 1.5 1.5H14M10.5 12h9.25m-3.5-3.5 3.5 3.5-3.5 3.5"/>`,
} as const;

/** Names of the icons. */
export type IconName = keyof typeof shapes;

/** A line icon in the colour of the text beside it. Decoration only: the text says what it means. */
export function icon(name: IconName): Html {
  return html`<svg class="mu-icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${shapes[name]}</svg>`;
}
