import { request } from "undici";
import { shellOrigin } from "./addresses.ts";

/** What a page of the shell was drawn from, as it is in its HTML. */
export interface PageProps {
  readonly data: Readonly<Record<string, unknown>>;
  readonly content: { readonly kind: string; readonly remote?: { readonly bases: readonly string[] } };
}

/** Paths of the pages that are compared, in the order in which a person opens them. */
export const paths = ["/dashboard", "/analytics", "/user", "/admin", "/rollouts"] as const;

const place = /<script id="__NEXT_DATA__" type="application\/json"[^>]*>(.*?)<\/script>/s;

async function propsOf(path: string, cookie: string): Promise<PageProps> {
  const { statusCode, body } = await request(shellOrigin + path, { headers: { cookie } });
  const html = await body.text();
  const json = place.exec(html)?.[1];
  if (statusCode !== 200 || json === undefined) throw new Error(`${path} answered ${statusCode}`);
  return (JSON.parse(json) as { props: { pageProps: PageProps } }).props.pageProps;
}

/** Props of every page as the shell draws it for somebody, so that both applications draw the same. */
export async function readPageProps(cookie: string): Promise<Record<string, PageProps>> {
  const entries: [string, PageProps][] = [];
  for (const path of paths) entries.push([path, await propsOf(path, cookie)]);
  return Object.fromEntries(entries);
}
