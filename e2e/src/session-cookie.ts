/** Name of the shell's session cookie. */
export const sessionCookie = "__Host-mullion.sid";
