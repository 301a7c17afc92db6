import { z } from "zod";
import { openBytesUnder, sealBytesUnder } from "../storage/seal.ts";

/**
 * How long a replaced token is answered again. Longer than whatever may pass between a lost answer and the next attempt
 * with the same token: a front's lease that runs out with it (2 s), others that wait for the lease (15 s), a call to
 * identity that times out (10 s). Shorter than a person notices.
 */
export const replayWindowSeconds = 30;

const questionSchema = z.object({
  scope: z.string().nullable(),
  resource: z.array(z.string()),
  /** Thumbprint of the key that the request was made with (RFC 9449). */
  jkt: z.string().nullable(),
});

/** What a refresh asked for, beside the token that it showed. */
export type Question = z.output<typeof questionSchema>;

const answerSchema = z.looseObject({
  refresh_token: z.string(),
  expires_in: z.number(),
});

/** A token response (RFC 6749 section 5.1). */
export type Answer = z.output<typeof answerSchema>;

const recordSchema = z.object({ question: questionSchema, answer: answerSchema, answeredAt: z.number() });

const purpose = "mullion:identity:replay";

/** Reads a token response. Throws when it is none. */
export function parseAnswer(body: unknown): Answer {
  return answerSchema.parse(body);
}

/** Seals an answer so that only the token that it replaced opens it again, and only for the client that asked. */
export function sealAnswer(
  { token, clientId }: { token: string; clientId: string },
  { question, answer }: { question: Question; answer: Answer },
): Buffer {
  const record = JSON.stringify({ question, answer, answeredAt: Date.now() });
  return sealBytesUnder(token, record, { purpose, context: clientId });
}

function isSameQuestion(one: Question, other: Question): boolean {
  const sameResources = one.resource.toSorted().join(" ") === other.resource.toSorted().join(" ");
  return one.scope === other.scope && sameResources;
}

/**
 * What a client that shows a replaced token is answered: for the same question the same tokens; for another one, such as
 * for another resource, the access token made for it (`own`) with the refresh token that everybody got. Undefined for
 * whoever does not hold the key that the first answer is bound to.
 */
export function replayAnswer(
  { token, clientId, sealed }: { token: string; clientId: string; sealed: Buffer },
  { question, own }: { question: Question; own: Answer },
): Answer | undefined {
  const opened = openBytesUnder(token, sealed, { purpose, context: clientId });
  const record = recordSchema.parse(JSON.parse(opened));
  if (record.question.jkt !== question.jkt) return undefined;
  const passed = Math.ceil((Date.now() - record.answeredAt) / 1000);
  const secondsLeft = record.answer.expires_in - Math.max(0, passed);
  if (isSameQuestion(record.question, question) && secondsLeft > 0) {
    return { ...record.answer, expires_in: secondsLeft };
  }
  return { ...own, refresh_token: record.answer.refresh_token };
}
