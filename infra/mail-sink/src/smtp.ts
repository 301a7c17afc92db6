import { once } from "node:events";
import { simpleParser } from "mailparser";
import { SMTPServer } from "smtp-server";
import type { MailStore } from "./mail-store.ts";

const maxMailBytes = 10 * 1024 * 1024;

/** Takes every mail it is offered and delivers none. Resolves when it listens, with how to stop it. */
export async function startSmtp(
  store: MailStore,
  { host, port }: { host: string; port: number },
): Promise<() => Promise<void>> {
  const server = new SMTPServer({
    authOptional: true,
    // On loopback only: there is nobody to hide from, and no certificate.
    disabledCommands: ["STARTTLS", "AUTH"],
    size: maxMailBytes,
    closeTimeout: 200,
    onData(stream, { envelope }, callback) {
      simpleParser(stream).then(
        ({ from, subject, text, html }) => {
          if (stream.sizeExceeded) {
            callback(Object.assign(new Error("The mail is too large."), { responseCode: 552 }));
            return;
          }
          store.add({
            from: from?.text ?? (envelope.mailFrom === false ? "" : envelope.mailFrom.address),
            // The envelope, not the header: it is where the mail was really going.
            to: envelope.rcptTo.map(({ address }) => address.toLowerCase()),
            subject: subject ?? "(no subject)",
            text: text ?? "",
            html: html === false ? undefined : html,
          });
          callback();
        },
        () => {
          callback(Object.assign(new Error("The mail could not be read."), { responseCode: 554 }));
        },
      );
    },
  });
  // A client that breaks off is its own affair.
  server.on("error", () => undefined);
  const listening = server.listen(port, host);
  const failed = new Promise<never>((_resolve, reject) => listening.once("error", reject));
  await Promise.race([once(listening, "listening"), failed]);
  return () =>
    new Promise((resolve) => {
      server.close(resolve);
    });
}
