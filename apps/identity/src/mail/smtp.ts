import type { Transporter } from "nodemailer";
import type { Mail } from "./mailer.ts";

/** Hands one mail to the next mail server. Rejects when the server did not take it. */
export type Deliver = (mail: Mail & { id: string }) => Promise<void>;

/** A connection to a mail server. */
export interface Smtp {
  deliver: Deliver;
  close(): void;
}

const timeoutMs = 10_000;

/** Delivers over SMTP. `url` is `smtp://` or `smtps://`, with credentials and nodemailer's options in its query. */
export function createSmtp({ url, from }: { url: string; from: string }): Smtp {
  let transport: Promise<Transporter> | undefined;

  async function connect(): Promise<Transporter> {
    // Forty modules that a start needs none of.
    const { createTransport } = await import("nodemailer");
    return createTransport({
      url,
      pool: true,
      maxConnections: 4,
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      // Mail is made of strings here; nothing may make it read a file or fetch an address.
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  const domain = /@([^>\s]+)>?$/.exec(from)?.[1] ?? "localhost";
  return {
    async deliver({ id, to, subject, text, html }) {
      transport ??= connect();
      await (await transport).sendMail({
        from,
        // As an object it is one address, whatever characters it holds.
        to: { name: "", address: to },
        subject,
        text,
        html,
        // The same at every attempt: a server that took it twice may notice.
        messageId: `<${id}@${domain}>`,
        headers: { "auto-submitted": "auto-generated", "x-auto-response-suppress": "All" },
      });
    },
    close() {
      void transport?.then((opened) => {
        opened.close();
      });
    },
  };
}

/** True when trying again cannot help: the server knows no such mailbox, or does not want this mail. */
export function isRefusedForGood(error: unknown): boolean {
  if (!(error instanceof Error) || !("responseCode" in error) || !("code" in error)) return false;
  const { responseCode, code } = error;
  const aboutThisMail = code === "EENVELOPE" || code === "EMESSAGE";
  return aboutThisMail && typeof responseCode === "number" && responseCode >= 500;
}
