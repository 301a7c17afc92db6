import { csrfHeader } from "@mullion/contracts";
import type { SpaSession } from "@mullion/contracts/spa-session";
import type { ClientRegistration } from "../src/clients/registered-client.ts";
import { password, type TestIdentity } from "./identity.ts";

export const spaOrigin = "http://localhost:5173";

/** An application in a browser that may use the session API. */
export const spaClient: ClientRegistration = {
  clientId: "todo",
  tokenEndpointAuthMethod: "none",
  grantTypes: ["authorization_code", "refresh_token"],
  redirectUris: [`${spaOrigin}/callback`],
  origins: [spaOrigin],
  firstParty: true,
  firstPartyApi: true,
};

/** The header of a page that is what it says. */
export type PageHeaders = Readonly<Record<string, string | undefined>>;

/** A page of the application in one browser: it keeps the cookie and cannot read it. */
export class SpaPage {
  /** The refresh token, as the browser's cookie jar has it. */
  cookie = "";
  readonly #base: string;
  readonly #headers: PageHeaders;

  constructor({ url }: Pick<TestIdentity, "url">, headers: PageHeaders = {}, clientId = spaClient.clientId) {
    this.#base = `${url}/spa/${clientId}`;
    this.#headers = {
      origin: spaOrigin,
      "sec-fetch-site": "same-site",
      "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
      [csrfHeader]: "1",
      ...headers,
    };
  }

  async call(method: string, path: string, body?: unknown, headers: PageHeaders = {}): Promise<Response> {
    const all: PageHeaders = {
      ...this.#headers,
      ...(this.cookie === "" ? {} : { cookie: this.cookie }),
      ...headers,
    };
    const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const json = body === undefined ? {} : { "content-type": "application/json" };
    const response = await fetch(`${this.#base}${path}`, {
      method,
      headers: { ...Object.fromEntries(given), ...json },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const [line] = response.headers.getSetCookie();
    if (line !== undefined) this.cookie = /^[^=]+=;/.test(line) ? "" : line.slice(0, line.indexOf(";"));
    return response;
  }

  async signIn(email: string, headers: PageHeaders = {}): Promise<Response> {
    return this.call("POST", "/session", { email, password }, headers);
  }

  async signedIn(email: string): Promise<SpaSession> {
    return (await (await this.signIn(email)).json()) as SpaSession;
  }

  async refresh(headers: PageHeaders = {}): Promise<Response> {
    return this.call("POST", "/session/refresh", undefined, headers);
  }

  async signOut(headers: PageHeaders = {}): Promise<Response> {
    return this.call("DELETE", "/session", undefined, headers);
  }
}
