import type { Scope } from "@mullion/contracts";
import { type Html, html } from "./html.ts";
import { icon } from "./icon.ts";

type OpenIdScope = "openid" | "profile" | "email" | "offline_access";

const meanings: Readonly<Record<Scope | OpenIdScope, string>> = {
  openid: "Know who you are",
  profile: "See your name and roles",
  email: "See your e-mail address",
  offline_access: "Stay connected while you are away",
  "profile:read": "Read your profile",
  "profile:write": "Change your profile",
  "insights:read": "Read insights",
  "insights:write": "Add notes to insights",
  "users:read": "See all users",
  "users:write": "Change users' roles and sign them out",
  "audit:read": "Read the audit log",
  "clients:read": "See all registered applications",
  "clients:write": "Change registered applications",
  "keys:read": "See the signing keys",
  "keys:write": "Replace the signing keys",
  "registry:read": "See which remotes are live",
  "registry:publish": "Publish remotes",
  "registry:override": "Show builds under test to chosen people",
  "registry:admin": "Decide who may publish and sign remotes",
  "registry:host": "Tell the registry what the shell shares",
  "events:write": "Report events",
};

function meaningOf(scope: string): string {
  const known: Readonly<Record<string, string>> = meanings;
  return known[scope] ?? scope;
}

/** What scopes allow, in words for the people who are asked for them. */
export function scopeList(scopes: readonly string[]): Html {
  return html`<ul class="mu-list">
          ${scopes.map((scope) => html`<li class="mu-list__item"><span class="mu-row mu-row--tight">${icon("check")}${meaningOf(scope)}</span></li>`)}
        </ul>`;
}
