import type { NoticeView } from "./frame.ts";

const notices = {
  name: { tone: "success", text: "Your name was changed." },
  email: { tone: "info", text: "We sent a link to the new address. Open it to make the change." },
  password: { tone: "success", text: "Your password was changed. All other devices are signed out." },
  "device-signed-out": { tone: "success", text: "The device is signed out." },
  "others-signed-out": { tone: "success", text: "All other devices are signed out." },
  linked: { tone: "success", text: "The account is linked. You can sign in with it from now on." },
  "already-linked": { tone: "info", text: "That account is linked already." },
  "belongs-to-another": {
    tone: "danger",
    text: "That account is linked to another Mullion account. Unlink it there first.",
  },
  "confirm-address-first": {
    tone: "warning",
    text: "Confirm your e-mail address first: the link is in the mail that we sent you.",
  },
  "link-denied": { tone: "info", text: "Nothing was linked: you stopped at the provider." },
  "link-unavailable": {
    tone: "danger",
    text: "The provider cannot be reached right now. Try again shortly.",
  },
  "link-invalid": { tone: "danger", text: "Linking did not work. Try again." },
  unlinked: { tone: "success", text: "The account is unlinked." },
  "last-way-in": {
    tone: "danger",
    text: "This is your only way to sign in. Set a password before you unlink it.",
  },
  withdrawn: { tone: "success", text: "The app has no access any more." },
} as const satisfies Record<string, NoticeView>;

/** What happened, as pages name it to the next one. */
export type NoticeCode = keyof typeof notices;

/** The message for what happened. Whatever else an address may hold is not shown. */
export function noticeOf(code: unknown): NoticeView | undefined {
  if (typeof code !== "string" || !Object.hasOwn(notices, code)) return undefined;
  return notices[code as NoticeCode];
}
