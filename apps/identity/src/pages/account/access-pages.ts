import { type Html, html } from "../html.ts";
import { icon } from "../icon.ts";
import type { PageContext } from "../layout.ts";
import { scopeList } from "../scope-words.ts";
import { accountPage, moment, type NoticeView, type PersonView } from "./frame.ts";

/** What each of the lists shows above itself. */
interface ListView {
  person: PersonView;
  notice?: NoticeView | undefined;
}

/** A device the user is signed in on. */
export interface DeviceView {
  id: string;
  name: string;
  handheld: boolean;
  current: boolean;
  /** Names of the applications that are signed in there. */
  apps: readonly string[];
  ip: string | null;
  createdAt: Date;
  lastUsedAt: Date;
  expiresAt: Date;
}

function empty(title: string, detail: string): Html {
  return html`<div class="mu-empty"><p class="mu-empty__title">${title}</p><p class="mu-empty__detail">${detail}</p></div>`;
}

function deviceRow(device: DeviceView): Html {
  const { id, name, handheld, current, apps, ip, createdAt, lastUsedAt, expiresAt } = device;
  return html`<li class="mu-list__item">
                <div class="mu-device">
                  <span class="mu-device__icon">${icon(handheld ? "phone" : "device")}</span>
                  <div class="mu-device__text">
                    <span class="mu-row mu-row--tight"><strong>${name}</strong>${current && html`<span class="mu-badge mu-badge--accent">This device</span>`}</span>
                    ${apps.length > 0 && html`<span class="mu-muted mu-small">${apps.join(", ")}</span>`}
                    <span class="mu-muted mu-small">Last used ${moment(lastUsedAt)}</span>
                    <span class="mu-muted mu-small">Signed in ${moment(createdAt)}${ip !== null && html` from <span class="mu-mono">${ip}</span>`}</span>
                    <span class="mu-muted mu-small">Ends ${moment(expiresAt)} at the latest</span>
                  </div>
                  <form method="post" action="/account/devices/${id}/sign-out">
                    <button class="mu-button mu-button--small" type="submit">Sign out<span class="mu-visually-hidden"> ${name}</span></button>
                  </form>
                </div>
              </li>`;
}

/** The devices the user is signed in on. */
export function devicesPage(
  context: PageContext,
  { person, notice, devices }: ListView & { devices: readonly DeviceView[] },
): Html {
  const others = devices.some(({ current }) => !current);
  return accountPage(context, {
    title: "Devices",
    lead: "Where you are signed in. A device you do not know? Sign it out and change your password.",
    section: "/account/devices",
    person,
    notice,
    body: html`<section class="mu-card mu-stack">
            <ul class="mu-list">
              ${devices.map(deviceRow)}
            </ul>
            ${
              others &&
              html`<form method="post" action="/account/devices/sign-out-others">
              <button class="mu-button mu-button--danger" type="submit">Sign out all other devices</button>
            </form>`
            }
          </section>`,
  });
}

/** A provider, and the user's accounts there. */
export interface LinkedView {
  upstream: string;
  name: string;
  /** False when it is not offered any more. */
  offered: boolean;
  accounts: readonly { id: string; email: string | null; linkedAt: Date; lastUsedAt: Date | null }[];
}

function linkedCard({ upstream, name, offered, accounts }: LinkedView, mayUnlink: boolean): Html {
  return html`<section class="mu-card mu-stack" aria-labelledby="${upstream}">
            <div class="mu-card__header">
              <h2 class="mu-subtitle" id="${upstream}">${name}</h2>
              ${offered && html`<a class="mu-button mu-button--small" href="/account/linked-accounts/${upstream}">Link ${accounts.length === 0 ? "" : "another "}${name}${accounts.length > 0 && " account"}</a>`}
            </div>
            ${accounts.length === 0 && html`<p class="mu-muted">Not linked.</p>`}
            ${
              accounts.length > 0 &&
              html`<ul class="mu-list">
              ${accounts.map(
                ({ id, email, linkedAt, lastUsedAt }) => html`<li class="mu-list__item">
                <div class="mu-setting">
                  <div>
                    <span class="mu-line">${email ?? "Without an address"}</span>
                    <span class="mu-line mu-muted mu-small">Linked ${moment(linkedAt)}${lastUsedAt !== null && html`, last used ${moment(lastUsedAt)}`}</span>
                  </div>
                  ${
                    mayUnlink &&
                    html`<form method="post" action="/account/linked-accounts/${id}/unlink">
                    <button class="mu-button mu-button--small" type="submit">Unlink<span class="mu-visually-hidden"> ${name} ${email ?? ""}</span></button>
                  </form>`
                  }
                </div>
              </li>`,
              )}
            </ul>`
            }
          </section>`;
}

/** The user's accounts at other providers. */
export function linkedPage(
  context: PageContext,
  view: ListView & { providers: readonly LinkedView[]; mayUnlink: boolean; needsSignIn: boolean },
): Html {
  const { person, notice, providers, mayUnlink, needsSignIn } = view;
  const total = providers.reduce((sum, { accounts }) => sum + accounts.length, 0);
  return accountPage(context, {
    title: "Linked accounts",
    lead: "Sign in with an account that you have elsewhere.",
    section: "/account/linked-accounts",
    person,
    notice,
    body: html`${providers.length === 0 && html`<section class="mu-card">${empty("Nothing to link", "Signing in with other providers is not set up here.")}</section>`}
          ${needsSignIn && html`<p class="mu-muted mu-small">Linking and unlinking asks you to sign in again first.</p>`}
          ${providers.map((provider) => linkedCard(provider, mayUnlink))}
          ${!mayUnlink && total > 0 && html`<p class="mu-muted mu-small">This is your only way to sign in. <a href="/account/password">Set a password</a> before you unlink it.</p>`}`,
  });
}

/** An application of somebody else that the user allowed something. */
export interface AppView {
  clientId: string;
  name: string;
  scopes: readonly string[];
  firstAllowedAt: Date;
}

/** What applications of others may do. */
export function appsPage(
  context: PageContext,
  { person, notice, apps }: ListView & { apps: readonly AppView[] },
): Html {
  return accountPage(context, {
    title: "Apps",
    lead: "What you allowed applications of others. Withdrawing signs them out at once.",
    section: "/account/apps",
    person,
    notice,
    body: html`${apps.length === 0 && html`<section class="mu-card">${empty("No apps", "When an application of somebody else asks for your account and you allow it, it is listed here.")}</section>`}
          ${apps.map(
            ({
              clientId,
              name,
              scopes,
              firstAllowedAt,
            }) => html`<section class="mu-card mu-stack" aria-labelledby="app-${clientId}">
            <div class="mu-card__header">
              <h2 class="mu-subtitle" id="app-${clientId}">${name}</h2>
              <form method="post" action="/account/apps/${clientId}/withdraw">
                <button class="mu-button mu-button--small mu-button--danger" type="submit">Withdraw<span class="mu-visually-hidden"> access of ${name}</span></button>
              </form>
            </div>
            <p class="mu-muted mu-small">Allowed ${moment(firstAllowedAt)}</p>
            ${scopeList(scopes)}
          </section>`,
          )}`,
  });
}
