import { toMail } from "./letter.ts";
import type { Mail } from "./mailer.ts";

const nothingToDo = "If this was not you, there is nothing to do: nothing happens unless the link is used.";

/** Addresses of the pages that links lead to. */
export interface LinkTo {
  issuer: string;
  path: string;
  token: string;
}

function urlOf({ issuer, path, token }: LinkTo): string {
  return `${issuer}${path}?${new URLSearchParams({ token }).toString()}`;
}

/** Asks whoever reads the mail of an address to say that they registered with it. */
export function verifyEmailMail(to: string, { name, ...link }: LinkTo & { name: string }): Mail {
  return toMail({
    to,
    subject: "Confirm your e-mail address",
    paragraphs: [
      `Hello ${name},`,
      "You registered at Mullion with this address. Confirm that it is yours. The link is good for 24 hours.",
    ],
    link: { label: "Confirm address", url: urlOf(link) },
    closing:
      "If you did not register, do not open the link: whoever did would have an account in the name of your address.",
  });
}

/** Tells the owner of an address that somebody registered with it again. */
export function alreadyRegisteredMail(to: string, { issuer }: { issuer: string }): Mail {
  return toMail({
    to,
    subject: "You already have an account",
    paragraphs: [
      "Somebody, probably you, registered at Mullion with this address. It belongs to an account already: sign in with it. If you have forgotten its password, choose a new one.",
    ],
    link: { label: "Choose a new password", url: `${issuer}/forgot-password` },
    closing: "If this was not you, there is nothing to do: your account is as it was.",
  });
}

/** Lets somebody in who has forgotten their password. */
export function resetPasswordMail(to: string, link: LinkTo): Mail {
  return toMail({
    to,
    subject: "Choose a new password",
    paragraphs: [
      "Somebody, probably you, asked for a new password for your account at Mullion. The link is good for 30 minutes, once.",
    ],
    link: { label: "Choose a new password", url: urlOf(link) },
    closing: nothingToDo,
  });
}

/** Tells that the password was changed. */
export function passwordChangedMail(to: string, { issuer }: { issuer: string }): Mail {
  return toMail({
    to,
    subject: "Your password was changed",
    paragraphs: ["The password of your account at Mullion was changed, and other devices were signed out."],
    link: { label: "This was not me", url: `${issuer}/forgot-password` },
    closing: "If this was you, there is nothing to do. If it was not, choose a new password at once.",
  });
}

/** Asks whoever reads the mail of a new address to say that it is theirs. */
export function changeEmailMail(to: string, link: LinkTo): Mail {
  return toMail({
    to,
    subject: "Confirm your new e-mail address",
    paragraphs: [
      "Your account at Mullion is to have this address from now on. Confirm that it is yours. The link is good for 24 hours.",
    ],
    link: { label: "Confirm new address", url: urlOf(link) },
    closing: nothingToDo,
  });
}

/** Tells the owner of an address that somebody wants another account to have it. */
export function addressTakenMail(to: string): Mail {
  return toMail({
    to,
    subject: "Your address was entered for another account",
    paragraphs: [
      "Somebody wanted to change the address of an account at Mullion to this one. It belongs to your account already, so nothing was changed.",
    ],
    closing: "There is nothing to do.",
  });
}

/** Tells the old address that it is one no more, and how to take that back. */
export function emailChangedMail(to: string, { email, ...link }: LinkTo & { email: string }): Mail {
  return toMail({
    to,
    subject: "Your e-mail address was changed",
    paragraphs: [
      `Your account at Mullion now has the address ${email} in place of this one. All devices were signed out.`,
      "If this was not you, take it back: for seven days the link gives your account this address again, signs everybody out and lets you choose a new password.",
    ],
    link: { label: "This was not me", url: urlOf(link) },
    closing: "If this was you, there is nothing to do.",
  });
}

/** Tells that an account at another provider opens this one from now on. */
export function accountLinkedMail(
  to: string,
  { issuer, upstream, email }: { issuer: string; upstream: string; email: string | undefined },
): Mail {
  const account = email === undefined ? `A ${upstream} account` : `The ${upstream} account ${email}`;
  return toMail({
    to,
    subject: `${upstream} was linked to your account`,
    paragraphs: [`${account} was linked to your account at Mullion. From now on you can sign in with it.`],
    link: { label: "See linked accounts", url: `${issuer}/account/linked-accounts` },
    closing: "If this was you, there is nothing to do. If it was not, unlink it and change your password.",
  });
}

/** Tells that an account is gone. */
export function accountDeletedMail(to: string): Mail {
  return toMail({
    to,
    subject: "Your account was deleted",
    paragraphs: [
      "Your account at Mullion was deleted, with everything it held. All devices were signed out.",
    ],
    closing: "This is the last mail about it.",
  });
}
