import type { Preferences } from "@mullion/contracts";
import type { Choice } from "@mullion/ui";

/** Languages, each by its own name. */
export const localeChoices: readonly Choice<Preferences["locale"]>[] = [
  { value: "en-GB", label: "English (United Kingdom)" },
  { value: "en-US", label: "English (United States)" },
  { value: "de-DE", label: "Deutsch (Deutschland)" },
  { value: "fr-FR", label: "Français (France)" },
];

export const themeChoices: readonly Choice<Preferences["theme"]>[] = [
  { value: "system", label: "Like the system" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
];

// A list of our own: server and browser know different sets, and the page must be the same on both.
const timeZones = [
  "UTC",
  "America/Los_Angeles",
  "America/Denver",
  "America/Chicago",
  "America/New_York",
  "America/Sao_Paulo",
  "Atlantic/Reykjavik",
  "Europe/Lisbon",
  "Europe/London",
  "Europe/Berlin",
  "Europe/Paris",
  "Europe/Athens",
  "Europe/Istanbul",
  "Africa/Cairo",
  "Africa/Lagos",
  "Africa/Nairobi",
  "Asia/Dubai",
  "Asia/Kolkata",
  "Asia/Singapore",
  "Asia/Shanghai",
  "Asia/Tokyo",
  "Australia/Sydney",
  "Pacific/Auckland",
];

/** Time zones to choose from, and the current one where it is not among them. */
export function timeZoneChoices(current: string): readonly Choice<string>[] {
  const offered = timeZones.includes(current) ? timeZones : [current, ...timeZones];
  return offered.map((zone) => ({ value: zone, label: zone.replaceAll("_", " ") }));
}
