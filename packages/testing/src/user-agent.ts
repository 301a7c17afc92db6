import { Readable } from "node:stream";
import { CookieJar } from "tough-cookie";
import { Agent, request } from "undici";

/** One request. `headers` go out as they are, also those that a page's script could not set. */
export interface UserAgentRequest {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD" | "OPTIONS";
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is; a form as `application/x-www-form-urlencoded`. */
  readonly body?: string | URLSearchParams | Readable;
  readonly signal?: AbortSignal;
  /** Server that is really asked this once, whatever the user agent's `serverOf` says. */
  readonly server?: string | undefined;
}

/** How far redirects are followed. */
export interface Navigation extends UserAgentRequest {
  /** Stops before the first address for which it is true, without asking for it. */
  readonly until?: (url: URL) => boolean;
}

/** Where a navigation ended. `response` is null when `until` stopped it. */
export interface Page {
  readonly url: URL;
  readonly response: Response | null;
  /** The body, read; empty when there is none. */
  readonly text: string;
}

/** What a browser does of HTTP: it keeps cookies, follows redirects, sends forms. It runs no script. */
export interface UserAgent {
  /** The cookies a browser would have kept of what it was sent (RFC 6265bis, with `__Host-` and `__Secure-`). */
  readonly cookies: CookieJar;
  /** Value of a cookie that would go to this address. */
  cookie(url: string | URL, name: string): Promise<string | undefined>;
  /** One request and its answer, whatever that is: redirects are not followed. */
  fetch(url: string | URL, options?: UserAgentRequest): Promise<Response>;
  /** Goes to an address and wherever it redirects to. */
  open(url: string | URL, options?: Navigation): Promise<Page>;
  /** Fills in the form of a page and sends it. */
  submit(
    page: Page,
    fields: Readonly<Record<string, string>>,
    options?: Pick<Navigation, "until">,
  ): Promise<Page>;
}

/** Options of {@link createUserAgent}. */
export interface UserAgentOptions {
  /** Server that is really asked, e.g. one instance of several behind a name. `Host` stays the address's own. */
  readonly serverOf?: (url: URL) => string;
  /** Sent with every request that does not say otherwise. */
  readonly headers?: Readonly<Record<string, string>>;
}

const mostRedirects = 20;
const statusesWithoutBody = new Set([101, 204, 205, 304]);
// Idle connections keep no process alive. As many as a load balancer might have to one server; what is more waits.
const connections = new Agent({ connections: 100, keepAliveTimeout: 2_000, pipelining: 1 });

function headersOf(received: Readonly<Record<string, string | string[] | undefined>>): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(received)) {
    for (const line of [value ?? []].flat()) headers.append(name, line);
  }
  return headers;
}

/** Creates a browser that has not been anywhere yet. */
export function createUserAgent({ serverOf, headers: always }: UserAgentOptions = {}): UserAgent {
  const cookies = new CookieJar(undefined, { prefixSecurity: "strict" });

  const fetchOne = async (address: string | URL, options: UserAgentRequest = {}): Promise<Response> => {
    const url = new URL(address);
    const { body, server = serverOf?.(url) ?? url.origin } = options;
    const cookie = await cookies.getCookieString(url.href);
    const answer = await request(new URL(url.pathname + url.search, server), {
      dispatcher: connections,
      method: options.method ?? "GET",
      headers: {
        ...always,
        host: url.host,
        ...(cookie === "" ? {} : { cookie }),
        ...(body instanceof URLSearchParams ? { "content-type": "application/x-www-form-urlencoded" } : {}),
        ...options.headers,
      },
      body: body instanceof URLSearchParams ? body.toString() : (body ?? null),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    const headers = headersOf(answer.headers);
    // What a browser would refuse is not kept, as it would not be there.
    for (const line of headers.getSetCookie()) await cookies.setCookie(line, url.href, { ignoreError: true });
    if (statusesWithoutBody.has(answer.statusCode)) {
      await answer.body.dump();
      return new Response(null, { status: answer.statusCode, headers });
    }
    return new Response(Readable.toWeb(answer.body) as ReadableStream, {
      status: answer.statusCode,
      headers,
    });
  };

  const open = async (address: string | URL, options: Navigation = {}): Promise<Page> => {
    let url = new URL(address);
    let asked: UserAgentRequest = options;
    for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
      if (options.until?.(url) === true) return { url, response: null, text: "" };
      const response = await fetchOne(url, {
        ...asked,
        headers: { accept: "text/html", ...asked.headers },
      });
      const location = response.headers.get("location");
      const text = await response.text();
      if (location === null) return { url, response, text };
      url = new URL(location, url);
      asked = {};
    }
    throw new Error(`more than ${String(mostRedirects)} redirects, the last to ${url.origin}${url.pathname}`);
  };

  return {
    cookies,
    fetch: fetchOne,
    open,
    async cookie(url, name) {
      const sent = await cookies.getCookies(new URL(url).href);
      return sent.find(({ key }) => key === name)?.value;
    },
    async submit({ url, text }, fields, options) {
      const action = /<form[^>]*\saction="([^"]+)"/.exec(text)?.[1];
      if (action === undefined) throw new Error(`there is no form at ${url.origin}${url.pathname}`);
      return open(new URL(action, url), {
        ...options,
        method: "POST",
        headers: { origin: url.origin },
        body: new URLSearchParams(fields),
      });
    },
  };
}
