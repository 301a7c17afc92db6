import { z } from "zod";

const localHosts = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * Address of the mail server. Links that let people in travel over this line: it is encrypted unless the server is on
 * this machine. nodemailer takes any of its options from the query, those too that switch checks off; here it takes one.
 */
export const smtpUrlSchema = z.url({ protocol: /^smtps?$/ }).refine((value) => {
  const { protocol, hostname, search } = new URL(value);
  const startTls = search === "?requireTLS=true";
  return (search === "" || startTls) && (protocol === "smtps:" || startTls || localHosts.has(hostname));
}, "must be smtps://, or smtp:// with ?requireTLS=true; smtp:// alone only for localhost");
