import { once } from "node:events";
import { simpleParser } from "mailparser";
import { SMTPServer } from "smtp-server";
import { vi } from "vitest";

/** A mail as it arrived. */
export interface ReceivedMail {
  to: string;
  subject: string;
  text: string;
  html: string;
  messageId: string;
}

/** A mail server that keeps what it is given. */
export interface Mailbox {
  url: string;
  /** Every mail so far, oldest first. */
  readonly all: readonly ReceivedMail[];
  /** Resolves with the newest mail to `to` (with this subject), as soon as there is one. It is taken out of `all`. */
  next(to: string, subject?: RegExp): Promise<ReceivedMail>;
  /** Answers the next deliveries with this status instead of taking them. */
  refuse(status: number, times: number): void;
  close(): Promise<void>;
}

/** Starts a mail server on a free port. */
export async function startMailbox(): Promise<Mailbox> {
  const all: ReceivedMail[] = [];
  const refusals: number[] = [];
  const server = new SMTPServer({
    authOptional: true,
    // Identity keeps its connections; nobody waits for them at the end of a test.
    closeTimeout: 50,
    disabledCommands: ["STARTTLS"],
    onRcptTo(_address, _session, callback) {
      const status = refusals.shift();
      callback(status === undefined ? null : Object.assign(new Error("refused"), { responseCode: status }));
    },
    onData(stream, session, callback) {
      void simpleParser(stream).then(({ subject = "", text = "", html, messageId = "" }) => {
        for (const { address } of session.envelope.rcptTo) {
          all.push({ to: address, subject, text, html: html === false ? "" : html, messageId });
        }
        callback();
      }, callback);
    },
  });
  const listening = server.listen(0, "127.0.0.1");
  await once(listening, "listening");
  const address = listening.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `smtp://127.0.0.1:${String(port)}`,
    all,
    next: (to, subject = /./) =>
      vi.waitFor(
        () => {
          const index = all.findLastIndex((mail) => mail.to === to && subject.test(mail.subject));
          const [mail] = index < 0 ? [] : all.splice(index, 1);
          if (mail === undefined) throw new Error(`no mail to ${to} with a subject like ${String(subject)}`);
          return mail;
        },
        { timeout: 10_000, interval: 20 },
      ),
    refuse(status, times) {
      refusals.push(...Array.from({ length: times }, () => status));
    },
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
      }),
  };
}
