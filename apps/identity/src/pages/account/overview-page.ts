import { type Html, html } from "../html.ts";
import type { PageContext } from "../layout.ts";
import { accountPage, moment, type NoticeView, type PersonView } from "./frame.ts";

/** What the overview shows. */
export interface OverviewView {
  person: PersonView & { createdAt: Date; emailVerified: boolean };
  hasPassword: boolean;
  devices: number;
  linked: readonly string[];
  apps: number;
  notice?: NoticeView | undefined;
}

interface Setting {
  label: string;
  value: string | Html;
  href: string;
  action: string;
}

function rows(settings: readonly Setting[]): Html {
  return html`<ul class="mu-list">
              ${settings.map(
                ({ label, value, href, action }) => html`<li class="mu-list__item">
                <div class="mu-setting">
                  <div>
                    <span class="mu-line mu-muted mu-small">${label}</span>
                    <span class="mu-line">${value}</span>
                  </div>
                  <a class="mu-button mu-button--small" href="${href}">${action}<span class="mu-visually-hidden">: ${label}</span></a>
                </div>
              </li>`,
              )}
            </ul>`;
}

function address({ email, emailVerified }: OverviewView["person"]): Html {
  const [tone, words] = emailVerified ? ["success", "Confirmed"] : ["warning", "Not confirmed"];
  return html`${email} <span class="mu-badge mu-badge--${tone}">${words}</span>`;
}

const count = (number: number, one: string, many: string): string =>
  `${String(number)} ${number === 1 ? one : many}`;

/** The first page of the account area. */
export function overviewPage(context: PageContext, view: OverviewView): Html {
  const { person, hasPassword, devices, linked, apps, notice } = view;
  const you: Setting[] = [
    { label: "Name", value: person.name, href: "/account/name", action: "Change" },
    { label: "E-mail address", value: address(person), href: "/account/email", action: "Change" },
    {
      label: "Password",
      value: hasPassword ? "Set" : "None: you sign in with a linked account",
      href: "/account/password",
      action: hasPassword ? "Change" : "Set",
    },
  ];
  const access: Setting[] = [
    {
      label: "Devices",
      value: `Signed in on ${count(devices, "device", "devices")}`,
      href: "/account/devices",
      action: "See",
    },
    {
      label: "Linked accounts",
      value: linked.length === 0 ? "None" : linked.join(", "),
      href: "/account/linked-accounts",
      action: "See",
    },
    {
      label: "Apps",
      value: apps === 0 ? "None has access" : `${count(apps, "app has", "apps have")} access`,
      href: "/account/apps",
      action: "See",
    },
  ];
  return accountPage(context, {
    title: "Your account",
    lead: "What Mullion knows of you, and who gets in with it.",
    section: "/account",
    person,
    notice,
    body: html`<section class="mu-card mu-stack" aria-labelledby="you">
            <h2 class="mu-subtitle" id="you">You</h2>
            ${rows(you)}
          </section>
          <section class="mu-card mu-stack" aria-labelledby="access">
            <h2 class="mu-subtitle" id="access">Access</h2>
            ${rows(access)}
          </section>
          <section class="mu-card mu-stack" aria-labelledby="leave">
            <h2 class="mu-subtitle" id="leave">Delete account</h2>
            <p class="mu-muted">You have been here since ${moment(person.createdAt)}.</p>
            <div><a class="mu-button mu-button--danger" href="/account/delete">Delete account</a></div>
          </section>`,
  });
}
