import { alert, type Tone } from "../form.ts";
import { type Html, html } from "../html.ts";
import { type IconName, icon } from "../icon.ts";
import { brand, headingOf, htmlDocument, type PageContext } from "../layout.ts";

/** Who is signed in. */
export interface PersonView {
  name: string;
  email: string;
}

/** A message on top of a page. */
export interface NoticeView {
  tone: Tone;
  text: string;
}

/** What every page of the account area shows. */
export interface AccountPageView {
  title: string;
  lead?: string;
  /** Entry of the navigation that the page belongs to. */
  section: string;
  person: PersonView;
  notice?: NoticeView | undefined;
  body: Html;
}

const sections: readonly (readonly [href: string, label: string, icon: IconName])[] = [
  ["/account", "Overview", "user"],
  ["/account/devices", "Devices", "device"],
  ["/account/linked-accounts", "Linked", "link"],
  ["/account/apps", "Apps", "apps"],
];

// By code point: the first half of a surrogate pair is no letter.
function firstLetter(word: string): string {
  const codePoint = word.codePointAt(0);
  return codePoint === undefined ? "" : String.fromCodePoint(codePoint);
}

function initials(name: string): string {
  const [first = "", ...others] = name.trim().split(/\s+/u);
  return [first, others.at(-1) ?? ""].map(firstLetter).join("").toUpperCase();
}

function navigation(section: string): Html {
  return html`<nav class="mu-frame__nav" aria-label="Account">
        <ul class="mu-frame__links">
          ${sections.map(([href, label, name]) => html`<li><a class="mu-frame__link" href="${href}"${href === section && html` aria-current="page"`}>${icon(name)}${label}</a></li>`)}
        </ul>
      </nav>`;
}

function account({ name, email }: PersonView): Html {
  return html`<div class="mu-account">
            <span class="mu-avatar" aria-hidden="true">${initials(name)}</span>
            <span class="mu-account__text">
              <span class="mu-account__name">${name}</span>
              <span class="mu-account__detail">${email}</span>
            </span>
            <form method="post" action="/account/sign-out">
              <button class="mu-button mu-button--quiet mu-button--icon" type="submit" aria-label="Sign out" title="Sign out">${icon("sign-out")}</button>
            </form>
          </div>`;
}

/** A page of the account area: the frame of the shell, without scripts. */
export function accountPage(context: PageContext, view: AccountPageView): Html {
  const { title, lead, section, person, notice, body } = view;
  return htmlDocument(
    context,
    title,
    html`<a class="mu-skip" href="#main">Skip to content</a>
    <div class="mu-frame">
      <header class="mu-frame__bar">
        <a class="mu-brand" href="/account">${brand}</a>
        <div class="mu-frame__tools">
          ${account(person)}
        </div>
      </header>
      ${navigation(section)}
      <main class="mu-frame__main" id="main" tabindex="-1">
        <div class="mu-page mu-page--narrow">
          <header class="mu-page__header">
            <div>
              <h1 class="mu-title">${headingOf(title)}</h1>
              ${lead !== undefined && html`<p class="mu-page__lead">${lead}</p>`}
            </div>
          </header>
          ${notice !== undefined && alert(notice.tone, notice.text)}
          ${body}
        </div>
      </main>
    </div>`,
  );
}

/** A moment, in words that are the same wherever the reader is: without scripts nobody knows their time zone. */
export function moment(at: Date): Html {
  const words = at.toLocaleString("en-GB", {
    dateStyle: "long",
    timeStyle: "short",
    timeZone: "UTC",
  });
  return html`<time datetime="${at.toISOString()}">${words} UTC</time>`;
}
