import { alert, field } from "./form.ts";
import { type Html, html } from "./html.ts";
import { type PageContext, page } from "./layout.ts";
import { scopeList } from "./scope-words.ts";

/** What the forms of the device pages send along. */
export interface DeviceForm {
  action: string;
  xsrf: string;
}

/** Asks for the code that a device shows. `error` says what is wrong with the one before. */
export function enterCodePage(
  context: PageContext,
  { action, xsrf, error }: DeviceForm & { error?: string | undefined },
): Html {
  return page(
    context,
    "Connect a device",
    html`<p class="mu-muted">Enter the code that your device shows.</p>
        <form class="mu-stack" method="post" action="${action}">
          <input type="hidden" name="xsrf" value="${xsrf}">
          ${field({
            name: "user_code",
            label: "Code",
            type: "text",
            autocomplete: "off",
            maxLength: 20,
            hint: "Eight letters, such as BCDF-GHJK",
            error,
            autofocus: true,
          })}
          <button class="mu-button mu-button--primary mu-button--wide" type="submit">Continue</button>
        </form>`,
  );
}

/** What the user is asked to confirm before a device gets in. */
export interface DeviceConfirmation extends DeviceForm {
  client: string;
  userCode: string;
  scopes: readonly string[];
  /** Address that the device asked from. */
  address: string | undefined;
}

/** Asks whether the device in the user's hand is the one that asks (RFC 8628 section 5.4). */
export function confirmDevicePage(context: PageContext, view: DeviceConfirmation): Html {
  const { action, xsrf, client, userCode, scopes, address } = view;
  return page(
    context,
    `Connect ${client}?`,
    html`<p class="mu-muted">A device asks to sign in to ${client} as you. Does it show this code?</p>
        <p class="mu-title"><code>${userCode}</code></p>
        ${
          scopes.length > 0 &&
          html`<p class="mu-muted">It asks for permission to:</p>
        ${scopeList(scopes)}`
        }
        ${address !== undefined && html`<p class="mu-muted">It asks from the address ${address}.</p>`}
        ${alert("warning", "If you did not start this on a device of your own, do not continue.")}
        <form class="mu-stack mu-stack--tight" method="post" action="${action}">
          <input type="hidden" name="xsrf" value="${xsrf}">
          <input type="hidden" name="user_code" value="${userCode}">
          <button class="mu-button mu-button--primary mu-button--wide" name="confirm" value="yes">Continue</button>
          <button class="mu-button mu-button--wide" name="abort" value="yes">Do not connect</button>
        </form>`,
  );
}

/** The device is connected. */
export function deviceConnectedPage(context: PageContext, client: string): Html {
  return page(
    context,
    "Device connected",
    html`${alert("success", html`You are signed in to ${client} on your device.`)}
        <p class="mu-muted">Go back to it. You can close this page.</p>`,
  );
}

/** The device was turned away. */
export function deviceRefusedPage(context: PageContext): Html {
  return page(
    context,
    "Device not connected",
    html`<p class="mu-muted">The device got nothing. You can close this page.</p>`,
  );
}
