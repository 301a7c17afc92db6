import { type Html, html } from "@mullion/pages";

const address = /https?:\/\/[^\s<>"']+/g;
// A sentence may end right after an address.
const trailing = /[.,;:!?)\]]+$/;

/** Plain text with its addresses made links. */
export function withLinks(text: string): Html[] {
  const parts: Html[] = [];
  let end = 0;
  for (const match of text.matchAll(address)) {
    const url = match[0].replace(trailing, "");
    parts.push(html`${text.slice(end, match.index)}`);
    parts.push(html`<a href="${url}" target="_blank" rel="noreferrer noopener">${url}</a>`);
    end = match.index + url.length;
  }
  parts.push(html`${text.slice(end)}`);
  return parts;
}
