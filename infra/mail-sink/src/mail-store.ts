import { EventEmitter } from "node:events";

/** A mail as it arrived. */
export interface ReceivedMail {
  id: string;
  receivedAt: Date;
  from: string;
  to: readonly string[];
  subject: string;
  text: string;
  /** Undefined when the mail is plain text alone. */
  html: string | undefined;
}

/** The last mails, in memory. */
export interface MailStore {
  add(mail: Omit<ReceivedMail, "id" | "receivedAt">): ReceivedMail;
  /** Newest first; only those to an address, where one is given. */
  list(to?: string): ReceivedMail[];
  find(id: string): ReceivedMail | undefined;
  clear(): void;
  /** Calls the listener at every change until the returned function is called. */
  onChange(listener: () => void): () => void;
}

/** Keeps the last `keep` mails. */
export function createMailStore(keep: number): MailStore {
  const mails: ReceivedMail[] = [];
  const changes = new EventEmitter().setMaxListeners(0);
  let received = 0;
  return {
    add(mail) {
      received += 1;
      const stored = { ...mail, id: String(received), receivedAt: new Date() };
      mails.unshift(stored);
      mails.length = Math.min(mails.length, keep);
      changes.emit("change");
      return stored;
    },
    list: (to) => mails.filter((mail) => to === undefined || mail.to.includes(to.toLowerCase())),
    find: (id) => mails.find((mail) => mail.id === id),
    clear() {
      mails.length = 0;
      changes.emit("change");
    },
    onChange(listener) {
      changes.on("change", listener);
      return () => changes.off("change", listener);
    },
  };
}
