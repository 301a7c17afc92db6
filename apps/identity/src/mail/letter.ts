import { type Html, html } from "@mullion/pages";
import type { Mail } from "./mailer.ts";

/** A mail in parts; text and HTML are made of the same words. */
export interface Letter {
  to: string;
  subject: string;
  /** What happened or what to do, a paragraph each. */
  paragraphs: readonly string[];
  link?: { label: string; url: string };
  /** What to do when it was somebody else. */
  closing: string;
}

// Mail programs know no stylesheets and no light-dark(): colours that read on white and on dark alike, and nothing loaded.
const styles = {
  body: "margin:0;padding:24px 12px;background:#eceeeb;font:15px/1.5 ui-sans-serif,system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;color:#14201d",
  card: "max-width:520px;margin:0 auto;padding:28px;background:#ffffff;border:1px solid #dde2dd;border-radius:14px",
  brand: "margin:0 0 20px;font-weight:640;letter-spacing:-0.02em;color:#0b665d",
  title: "margin:0 0 16px;font-size:21px;line-height:1.25;letter-spacing:-0.018em",
  text: "margin:0 0 16px",
  button:
    "display:inline-block;padding:10px 18px;background:#0b665d;color:#ffffff;border-radius:9px;font-weight:600;text-decoration:none",
  small: "margin:0 0 16px;font-size:13px;color:#50605b;overflow-wrap:anywhere",
} as const;

function button({ label, url }: { label: string; url: string }): Html {
  return html`<p style="${styles.text}"><a href="${url}" style="${styles.button}">${label}</a></p>
      <p style="${styles.small}">Or open this address: <a href="${url}" style="color:#0b665d">${url}</a></p>`;
}

function toHtml({ subject, paragraphs, link, closing }: Letter): Html {
  return html`<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${subject}</title></head>
  <body style="${styles.body}">
    <div style="${styles.card}">
      <p style="${styles.brand}">Mullion</p>
      <h1 style="${styles.title}">${subject}</h1>
      ${paragraphs.map((paragraph) => html`<p style="${styles.text}">${paragraph}</p>`)}
      ${link && button(link)}
      <p style="${styles.small};margin:0">${closing}</p>
    </div>
  </body>
</html>`;
}

/** The mail that a letter makes. */
export function toMail(letter: Letter): Mail {
  const { to, subject, paragraphs, link, closing } = letter;
  const parts = [...paragraphs, ...(link === undefined ? [] : [`${link.label}:\n${link.url}`]), closing];
  return { to, subject, text: `${parts.join("\n\n")}\n\nMullion\n`, html: toHtml(letter).html };
}
