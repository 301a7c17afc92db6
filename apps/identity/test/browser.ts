interface Cookie {
  name: string;
  value: string;
  path: string;
}

/** As much of a browser as the pages need: cookies with their paths, redirects by hand, forms sent with their origin. */
export class Browser {
  cookies: Cookie[] = [];
  /** Headers of the answers so far, newest last. */
  readonly answers: Response[] = [];
  readonly #headers: Readonly<Record<string, string>>;

  /** `headers` go with every request. */
  constructor(headers: Readonly<Record<string, string>> = {}) {
    this.#headers = headers;
  }

  async get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return this.#request(url, { method: "GET", headers: { accept: "text/html", ...headers } });
  }

  async post(
    url: string,
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = { origin: new URL(url).origin },
  ): Promise<Response> {
    return this.#request(url, {
      method: "POST",
      headers: { accept: "text/html", ...headers },
      body: new URLSearchParams(fields),
    });
  }

  /** Follows redirects within the origin it starts at; returns where the first other one, or the page, is. */
  async follow(start: Response | string): Promise<{ url: string; response: Response }> {
    let response = typeof start === "string" ? await this.get(start) : start;
    let url = typeof start === "string" ? start : start.url;
    for (let hops = 0; hops < 10; hops += 1) {
      const location = response.headers.get("location");
      if (location === null) return { url, response };
      const next = new URL(location, url);
      if (next.origin !== new URL(url).origin) return { url: next.href, response };
      url = next.href;
      response = await this.get(url);
    }
    throw new Error("too many redirects");
  }

  async #request(url: string, init: RequestInit): Promise<Response> {
    const { pathname } = new URL(url);
    const cookie = this.cookies
      .filter(({ path }) => path === "/" || pathname === path || pathname.startsWith(`${path}/`))
      .map(({ name, value }) => `${name}=${value}`)
      .join("; ");
    const headers = new Headers(this.#headers);
    for (const [name, value] of new Headers(init.headers)) headers.set(name, value);
    if (cookie !== "") headers.set("cookie", cookie);
    const response = await fetch(url, { ...init, headers, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) this.#store(line);
    this.answers.push(response);
    return response;
  }

  #store(line: string): void {
    const [pair = "", ...attributes] = line.split(";").map((part) => part.trim());
    const [name = "", value = ""] = pair.split(/=(.*)/s);
    const path = attributes.find((part) => part.toLowerCase().startsWith("path="))?.slice(5) ?? "/";
    this.cookies = this.cookies.filter((cookie) => cookie.name !== name || cookie.path !== path);
    if (value !== "") this.cookies.push({ name, value, path });
  }
}
