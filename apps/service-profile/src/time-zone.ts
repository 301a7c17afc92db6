import { preferencesSchema } from "@mullion/contracts";

function isTimeZone(name: string): boolean {
  // Intl also takes offsets such as +01:00, which know nothing of summer time.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Body of `PUT /profile/me/preferences`: the contract's shape with a time zone that exists. */
export const savedPreferencesSchema = preferencesSchema.refine(({ timeZone }) => isTimeZone(timeZone), {
  path: ["timeZone"],
  message: "must be a time zone of the IANA database, such as Europe/Berlin",
});
