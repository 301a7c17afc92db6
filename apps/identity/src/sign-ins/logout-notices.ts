import type Provider from "oidc-provider";
import type { Client } from "oidc-provider";
import type { Logger } from "pino";

/** A sign-in as one client knows it. */
export interface SignInAtClient {
  clientId: string;
  userId: string;
  sid: string;
}

/** Tells clients that a sign-in of theirs is over (OpenID Connect Back-Channel Logout 1.0). */
export interface LogoutNotices {
  /** Resolves when every client concerned was told, or was tried once. Who could not be told is tried again later. */
  send(signIns: readonly SignInAtClient[]): Promise<void>;
  /** Gives up what is still to be tried again. */
  close(): void;
}

const defaultRetriesMs = [1_000, 5_000, 30_000, 120_000];

/** The library's own client, with what its page for signing out calls. */
interface LogoutAwareClient {
  backchannelLogout(userId: string, sid: string): Promise<void>;
}

function hearsOfLogouts(client: Client): client is Client & LogoutAwareClient {
  return client.backchannelLogoutUri !== undefined && typeof client["backchannelLogout"] === "function";
}

/** True when trying again cannot help: the client has read the token and does not take it. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error) || !("response" in error)) return false;
  return error.response instanceof Response && error.response.status === 400;
}

/**
 * Sends logout tokens, each attempt with a new one. What is to be tried again is kept in memory: a client that stays
 * away for longer, or over a restart, learns at its next refresh that the sign-in is over.
 */
export function createLogoutNotices(
  provider: Provider,
  logger: Logger,
  retriesMs: readonly number[] = defaultRetriesMs,
): LogoutNotices {
  const timers = new Set<NodeJS.Timeout>();
  let closed = false;

  function tryLater(signIn: SignInAtClient, attempt: number, error: unknown): void {
    const delayMs = retriesMs[attempt];
    const reason = error instanceof Error ? error.message : String(error);
    const again = delayMs !== undefined && !closed && !isRefusal(error);
    logger.warn(
      { clientId: signIn.clientId, attempt, reason, again },
      "a client could not be told of a logout",
    );
    if (!again) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      void attemptTo(signIn, attempt + 1);
    }, delayMs);
    timer.unref();
    timers.add(timer);
  }

  async function attemptTo(signIn: SignInAtClient, attempt: number): Promise<void> {
    try {
      const client = await provider.Client.find(signIn.clientId);
      if (client === undefined || !hearsOfLogouts(client)) return;
      await client.backchannelLogout(signIn.userId, signIn.sid);
    } catch (error) {
      tryLater(signIn, attempt, error);
    }
  }

  // The page for signing out sends its own; those that fail are tried again like ours.
  provider.on("backchannel.error", (_ctx, error, { clientId }, userId, sid) => {
    tryLater({ clientId, userId, sid }, 0, error);
  });
  return {
    async send(signIns) {
      await Promise.all(signIns.map((signIn) => attemptTo(signIn, 0)));
    },
    close() {
      closed = true;
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
