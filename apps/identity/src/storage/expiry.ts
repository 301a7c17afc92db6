/** When a model expires that lives for this many seconds. Throws when it never would: whatever is stored must go. */
export function toExpiry(expiresIn: number | undefined): Date {
  if (expiresIn === undefined) throw new TypeError("a stored model must expire");
  return new Date(Date.now() + expiresIn * 1000);
}
