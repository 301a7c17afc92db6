import { brand, type Html, html, htmlDocument, type PageContext } from "@mullion/pages";
import { withLinks } from "./links.ts";
import type { ReceivedMail } from "./mail-store.ts";

const envelope = html`<svg class="mu-icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><rect x="3" y="5" width="18" height="14" rx="2.5"/><path d="m4 7 8 6 8-6"/></svg>`;

function time(at: Date): Html {
  const iso = at.toISOString();
  return html`<time class="mu-muted mu-small" datetime="${iso}">${iso.slice(11, 19)} UTC</time>`;
}

function listItem(mail: ReceivedMail, current: ReceivedMail | undefined): Html {
  return html`<li><a class="sink-item" href="/mails/${mail.id}"${mail === current && html` aria-current="page"`}>
            <span class="sink-item__subject">${mail.subject}</span>
            <span class="sink-item__facts"><span class="mu-muted mu-small">${mail.to.join(", ")}</span>${time(mail.receivedAt)}</span>
          </a></li>`;
}

function list(mails: readonly ReceivedMail[], current: ReceivedMail | undefined): Html {
  if (mails.length === 0) {
    return html`<div class="mu-empty"><span class="mu-empty__icon">${envelope}</span>
          <p class="mu-empty__title">No mail yet</p>
          <p class="mu-empty__detail">Register, or ask for a new password: what identity sends appears here by itself.</p></div>`;
  }
  return html`<ul class="sink-list">${mails.map((mail) => listItem(mail, current))}</ul>`;
}

function content(mail: ReceivedMail): Html {
  const text = html`<pre class="sink-text">${withLinks(mail.text)}</pre>`;
  if (mail.html === undefined) return text;
  return html`<iframe class="sink-html" src="/mails/${mail.id}/html" title="The mail as HTML" sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>
          <details class="mu-details"><summary class="mu-details__summary">Plain text</summary>${text}</details>`;
}

function detail(mail: ReceivedMail): Html {
  return html`<article class="mu-card mu-stack" aria-labelledby="subject">
          <div>
            <h2 class="mu-subtitle" id="subject">${mail.subject}</h2>
            <p class="mu-muted mu-small sink-facts">To ${mail.to.join(", ")} · from ${mail.from} · ${time(mail.receivedAt)}</p>
          </div>
          ${content(mail)}
        </article>`;
}

const nothingChosen = html`<div class="mu-card"><div class="mu-empty"><span class="mu-empty__icon">${envelope}</span>
          <p class="mu-empty__title">Choose a mail</p><p class="mu-empty__detail">Its links work: they lead to identity, as they would from a real mailbox.</p></div></div>`;

/** The mails, and the one that was chosen. */
export function mailsPage(
  context: PageContext,
  mails: readonly ReceivedMail[],
  current: ReceivedMail | undefined,
): Html {
  return htmlDocument(
    context,
    current === undefined ? "Mail" : current.subject,
    html`<main class="mu-page sink${current !== undefined && " sink--open"}">
      <header class="mu-page__header">
        <div>
          <span class="mu-brand">${brand}</span>
          <h1 class="mu-title">Mail</h1>
          <p class="mu-page__lead mu-muted">Everything this platform has sent, kept in memory and delivered to nobody.</p>
        </div>
        <form method="post" action="/clear"><button class="mu-button" type="submit">Delete all</button></form>
      </header>
      <div class="mu-split">
        <nav class="mu-card sink__list" id="mails" aria-label="Mails, newest first">${list(mails, current)}</nav>
        <div class="sink__mail">
          <p class="sink__back"><a href="/">All mail</a></p>
          ${current === undefined ? nothingChosen : detail(current)}
        </div>
      </div>
    </main>
    <link rel="stylesheet" href="/assets/sink.css">
    <script src="/assets/live.js" defer></script>`,
  );
}
