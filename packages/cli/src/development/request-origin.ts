import type { IncomingHttpHeaders } from "node:http";

/** Who may ask a development server for what: it hands out sources, and passes the developer's session on. */
export interface Origins {
  /** Of the development server, under every name it has in a browser. */
  readonly own: ReadonlySet<string>;
  /** Of the shell whose pages show the pane. */
  readonly shell: string;
}

/** What pages of any site may embed: it says nothing to the script that does. */
const embedded = new Set(["image", "font", "video", "audio", "style"]);

/** False for requests by another name than this machine's, as DNS rebinding makes them. */
export function hasOwnHost({ host }: IncomingHttpHeaders, { own }: Origins): boolean {
  return own.has(`http://${host ?? ""}`);
}

/** True when a page of this server, of no site, or of the shell asks. */
export function mayRead(headers: IncomingHttpHeaders, origins: Origins): boolean {
  const { origin, "sec-fetch-site": site, "sec-fetch-mode": mode, "sec-fetch-dest": dest = "" } = headers;
  if (origin !== undefined) return origins.own.has(origin) || origin === origins.shell;
  if (site === undefined || site === "same-origin" || site === "none") return true;
  return mode === "navigate" || embedded.has(dest);
}

/** True when a page of this server itself asks: what it sends goes on to the shell with the developer's session. */
export function mayCallShell(headers: IncomingHttpHeaders, { own }: Origins): boolean {
  const { origin, "sec-fetch-site": site } = headers;
  if (origin !== undefined && !own.has(origin)) return false;
  return site === undefined || site === "same-origin" || site === "none";
}
