import { password, type TestIdentity } from "@mullion/identity/testing";
import { createUserAgent, type Page, type UserAgent } from "@mullion/testing";

/** Somebody with an account and a browser without scripts. */
export interface Person {
  readonly id: string;
  readonly email: string;
  readonly browser: UserAgent;
  /** Fills in identity's sign-in page, and returns the page that follows. */
  signInAt(page: Page, until?: (url: URL) => boolean): Promise<Page>;
  /** Presses the button of a page's form that sends `name` and `value`, with what else is filled in. */
  press(page: Page, button: Readonly<Record<string, string>>, until?: (url: URL) => boolean): Promise<Page>;
  /** Opens an address that leads to identity, signs in there, and returns the page that follows. */
  signInFrom(address: string, until?: (url: URL) => boolean): Promise<Page>;
}

const hiddenInput = /<input[^>]*\stype="hidden"[^>]*>/g;
const attribute = (tag: string, name: string): string =>
  new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? "";

function hiddenFields({ text }: Page): Record<string, string> {
  const tags = [...text.matchAll(hiddenInput)].map(([tag]) => tag);
  return Object.fromEntries(tags.map((tag) => [attribute(tag, "name"), attribute(tag, "value")]));
}

let count = 0;

/** Creates an account and a browser for it. */
export async function createPerson(identity: TestIdentity): Promise<Person> {
  count += 1;
  const email = `person-${String(count)}@mullion.test`;
  const id = await identity.addUser(email, ["member"]);
  const browser = createUserAgent();
  const signInAt: Person["signInAt"] = async (page, until) => {
    if (page.url.origin !== identity.issuer) {
      throw new Error(`this is ${page.url.href}, not identity: ${page.text.slice(0, 300)}`);
    }
    return browser.submit(
      page,
      { ...hiddenFields(page), email, password },
      until === undefined ? {} : { until },
    );
  };
  return {
    ...{ id, email, browser, signInAt },
    press: (page, button, until) =>
      browser.submit(page, { ...hiddenFields(page), ...button }, until === undefined ? {} : { until }),
    async signInFrom(address, until) {
      return signInAt(await browser.open(address, until === undefined ? {} : { until }), until);
    },
  };
}
