import { type Html, html } from "./html.ts";
import { type PageContext, page } from "./layout.ts";

/** What the consent page asks. `scopes` are the names the client asked for. */
export interface ConsentView {
  action: string;
  client: string;
  scopes: readonly string[];
}

const meanings: Readonly<Record<string, string>> = {
  openid: "Know who you are",
  profile: "See your name and roles",
  email: "See your e-mail address",
  offline_access: "Stay connected while you are away",
  "profile:read": "Read your profile",
  "profile:write": "Change your profile",
  "insights:read": "Read insights",
  "insights:write": "Add notes to insights",
  "users:read": "See all users",
  "users:write": "Change users' roles",
  "registry:read": "See which remotes are live",
};

/** Asks the user what a client of somebody else may do. */
export function consentPage(context: PageContext, { action, client, scopes }: ConsentView): Html {
  return page(
    context,
    `Allow ${client}?`,
    html`<p class="mu-muted">${client} asks for permission to:</p>
        <ul class="mu-list">
          ${scopes.map((scope) => html`<li class="mu-list__item">${meanings[scope] ?? scope}</li>`)}
        </ul>
        <form class="mu-stack mu-stack--tight" method="post" action="${action}">
          <button class="mu-button mu-button--primary mu-button--wide" name="decision" value="allow">Allow</button>
          <button class="mu-button mu-button--wide" name="decision" value="deny">Do not allow</button>
        </form>`,
  );
}
