import type { UpstreamError, UpstreamErrorCode } from "./upstream.ts";

const texts = {
  denied: {
    status: 403,
    text: (name) => `You did not sign in with ${name}. Try again, or sign in another way.`,
  },
  unavailable: {
    status: 503,
    text: (name) => `${name} cannot be reached right now. Try again shortly, or sign in another way.`,
  },
  invalid: {
    status: 400,
    text: (name) => `Signing in with ${name} did not work. Try again, or sign in another way.`,
  },
} as const satisfies Record<UpstreamErrorCode, { status: number; text: (name: string) => string }>;

/** What to tell people when signing in with another provider did not work. */
export function whatWentWrong(
  upstreamName: string,
  { code }: UpstreamError,
): { text: string; status: number } {
  const { status, text } = texts[code];
  return { status, text: text(upstreamName) };
}
