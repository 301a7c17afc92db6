import { randomBytes } from "node:crypto";

/** What a page's policy depends on. */
export interface PolicyOptions {
  readonly nonce: string;
  /** Origin that browsers see the shell under. */
  readonly shellOrigin: string;
  /** Where files of remotes may come from: URLs that end in `/`, so that nothing else of a shared host is let in. */
  readonly artifactBases: readonly string[];
  /** Address of a developer's own server, for the one page that shows a pane from there. */
  readonly development?: string | null;
}

/** Header of the policy, in answers to browsers; render reads the nonce for its script tags from it in requests. */
export const policyHeader = "content-security-policy";

/** A nonce that nobody can guess and no page has twice. */
export function createNonce(): string {
  return randomBytes(16).toString("base64");
}

/**
 * The Content-Security-Policy of a page. Code comes from the shell's build and from the artifact hosts (where the
 * browser also holds each file to its hash) and from nowhere else: not inline without the nonce, not from `/api`, whose
 * bodies the shell does not choose. There is no `strict-dynamic`, so a script that runs cannot bring in others.
 */
export function pagePolicy({ nonce, shellOrigin, artifactBases, development }: PolicyOptions): string {
  const build = `${shellOrigin}/_next/static/`;
  const remotes = [...artifactBases, ...(development == null ? [] : [development])].join(" ");
  // A development server puts styles into the page as they change. Beside a nonce 'unsafe-inline' would count for nothing.
  const inlineStyles = development == null ? `'nonce-${nonce}'` : "'unsafe-inline'";
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' ${build} ${remotes}`,
    `style-src ${inlineStyles} ${build} ${remotes}`,
    `img-src 'self' data: ${remotes}`,
    `font-src 'self' ${remotes}`,
    `media-src 'self' ${remotes}`,
    // Older browsers take 'self' to leave out WebSockets.
    // Remotes list the hashes of their later chunks in a file that is fetched.
    `connect-src 'self' ${shellOrigin.replace(/^http/, "ws")} ${remotes}`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ]
    .map((directive) => directive.trim())
    .join("; ");
}
