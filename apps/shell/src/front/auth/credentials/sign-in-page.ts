/** What went wrong before, as the page tells it. */
export type SignInFailure = "refused" | "limited" | "unavailable" | "expired" | "failed";

/** What the page shows. */
export interface SignInPage {
  readonly stylesheet: string;
  readonly csrfToken: string;
  /** Path of this site to go to afterwards. */
  readonly returnPath: string;
  readonly username?: string;
  readonly failure?: SignInFailure;
}

const messages: Record<SignInFailure, string> = {
  // One sentence whatever was wrong: it must not tell whether the name exists.
  refused: "The username or password is wrong.",
  limited: "Too many attempts. Wait a few minutes, then try again.",
  unavailable: "Signing in is not possible right now. Try again in a moment.",
  expired: "This page had expired. Please try again.",
  failed: "Signing in did not work. Please try again.",
};

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? "");
}

const mark = `<svg class="mu-brand__mark" viewBox="0 0 26 26" aria-hidden="true"><rect width="26" height="26" rx="6.5" fill="currentColor"/><g class="mu-brand__panes"><path d="M6.5 3.5h4.25v11H3.5v-8a3 3 0 0 1 3-3zM3.5 16.75h7.25v5.75H6.5a3 3 0 0 1-3-3zM13 11.5h9.5v8a3 3 0 0 1-3 3H13z"/></g><path class="mu-brand__lit" d="M13 3.5h6.5a3 3 0 0 1 3 3v2.75H13z"/></svg>`;

const alertIcon = `<svg class="mu-icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" aria-hidden="true"><circle cx="12" cy="12" r="9"/><path d="M12 7.5v5.5M12 16.5v.01"/></svg>`;

function alertOf(failure: SignInFailure | undefined): string {
  if (failure === undefined) return "";
  return `<div class="mu-alert mu-alert--danger" id="error" role="alert">${alertIcon}<span>${messages[failure]}</span></div>`;
}

/** The sign-in form as a whole document. It needs no script and has none. */
export function signInPage({ stylesheet, csrfToken, returnPath, username, failure }: SignInPage): string {
  const described = failure === undefined ? "" : ` aria-describedby="error"`;
  const invalid = failure === "refused" ? `${described} aria-invalid="true"` : described;
  const [nameFocus, passwordFocus] = username === undefined ? [" autofocus", ""] : ["", " autofocus"];
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="robots" content="noindex">
    <title>Sign in · Mullion</title>
    <link rel="icon" href="/favicon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="${stylesheet}">
  </head>
  <body>
    <main class="mu-page mu-page--center">
      <a class="mu-brand" href="/">${mark}Mullion</a>
      <section class="mu-card mu-stack">
        <h1 class="mu-title">Sign in</h1>
        ${alertOf(failure)}
        <form class="mu-stack" method="post" action="/signin">
          <input type="hidden" name="csrfToken" value="${escapeHtml(csrfToken)}">
          <input type="hidden" name="callbackUrl" value="${escapeHtml(returnPath)}">
          <div class="mu-field">
            <label class="mu-field__label" for="username">Username</label>
            <input class="mu-field__input" id="username" name="username" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="150" required value="${escapeHtml(username ?? "")}"${invalid}${nameFocus}>
          </div>
          <div class="mu-field">
            <label class="mu-field__label" for="password">Password</label>
            <input class="mu-field__input" id="password" name="password" type="password" autocomplete="current-password" maxlength="512" required${invalid}${passwordFocus}>
          </div>
          <button class="mu-button mu-button--primary mu-button--wide" type="submit">Sign in</button>
        </form>
      </section>
    </main>
  </body>
</html>
`;
}
