import { isCommonPassword } from "./common-passwords.ts";
import { maxPasswordLength, minPasswordLength } from "./password.ts";

/** What an attacker who knows the person tries first. */
export interface PasswordOwner {
  email: string;
  name?: string;
}

/** Characters as people count them: an emoji is one. */
function lengthOf(password: string): number {
  return Array.from(new Intl.Segmenter().segment(password)).length;
}

function isAllTheSame(password: string): boolean {
  return new Set(password).size === 1;
}

function isAbout(password: string, { email, name }: PasswordOwner): boolean {
  const lower = password.toLowerCase();
  const [local = "", domain = ""] = email.toLowerCase().split("@");
  const known = [
    email.toLowerCase(),
    local,
    domain,
    domain.split(".")[0] ?? "",
    name?.toLowerCase() ?? "",
    "mullion",
  ];
  // With a few digits or signs after it, too.
  return known.some((word) => word !== "" && (lower === word || lower.replace(/[^\p{L}]+$/u, "") === word));
}

/**
 * What is wrong with a password that somebody chose, in words for them; undefined when it is fine. As NIST SP 800-63B
 * has it: long enough, not among the common ones, nothing about its owner. There are no rules about kinds of characters.
 */
export function objectionTo(password: string, owner: PasswordOwner): string | undefined {
  const length = lengthOf(password);
  if (length < minPasswordLength) return `Use at least ${String(minPasswordLength)} characters.`;
  if (password.length > maxPasswordLength) return `Use at most ${String(maxPasswordLength)} characters.`;
  if (isCommonPassword(password) || isAllTheSame(password)) {
    return "This is one of the passwords that are guessed first. Choose another one.";
  }
  if (isAbout(password, owner)) return "Choose a password that is not your name or e-mail address.";
  return undefined;
}
