import type { FastifyBaseLogger } from "fastify";
import type { Dispatcher } from "undici";
import { type Page, ticketHeader } from "../../bridge/protocol.ts";
import { ShellError } from "../errors.ts";
import { createBlame } from "./blame.ts";
import type { BridgeOperations } from "./bridge-server.ts";
import type { PageRequest } from "./page-connections.ts";
import { type RenderChild, type RenderEnd, startChild } from "./render-child.ts";
import { startSuccession } from "./render-succession.ts";
import { defaultLimits, type RenderLimits } from "./watchdog.ts";

/** A version of a remote that ended a render process or held it up, and is drawn by browsers only for a while. */
export interface RenderFault {
  readonly remote: string;
  readonly version: string;
  readonly code: Exclude<RenderEnd, "retired">;
}

/** What has pages drawn. */
export interface PageConnection {
  /** Sends the request of a page, with its ticket in the headers, and passes the answer on to what `factory` returns. */
  stream(page: PageRequest, factory: Dispatcher.StreamFactory): Promise<void>;
}

/** The render process and the way to it. It is started again whenever it dies, and replaced when it is worn. */
export interface RenderProcess {
  /**
   * Resolves when pages can be drawn.
   * @throws {ShellError} `render_gone` when no render process became ready in time.
   */
  connect(): Promise<PageConnection>;
  /** Process id of the current render process, or null between two. */
  pid(): number | null;
  check(): Promise<void>;
  close(): Promise<void>;
}

/** What differs from the usual. */
export interface RenderOptions {
  readonly limits?: Partial<RenderLimits>;
  /** Told of each version that goes into quarantine. */
  readonly onFault?: (fault: RenderFault) => void;
}

/** How long browsers draw alone what ended a render process. */
const quarantineMs = 10 * 60_000;
/** How often a page is asked for when render ended under it. Nobody has seen anything of it by then. */
const attempts = 3;

const versionOf = (page: Page): string | null =>
  page.kind === "remote" ? `${page.remote.name}@${page.remote.version}` : null;

function ticketOf({ headers }: PageRequest): string {
  const ticket: unknown = Reflect.get(headers ?? {}, ticketHeader);
  if (typeof ticket !== "string") throw new ShellError("bad_ticket", "A page is asked for with a ticket.");
  return ticket;
}

/** Starts render and keeps it running. */
export async function startRender(
  operations: BridgeOperations,
  log: FastifyBaseLogger,
  { limits, onFault }: RenderOptions = {},
): Promise<RenderProcess> {
  const blame = createBlame(quarantineMs);
  const guarded: BridgeOperations = {
    ...operations,
    page(ticket) {
      const page = operations.page(ticket);
      const isKept = page.kind === "remote" && blame.isQuarantined(versionOf(page) ?? "");
      return isKept ? { ...page, serverEntry: null } : page;
    },
  };
  const report = (subjects: readonly string[], code: RenderFault["code"]): void => {
    for (const subject of subjects) {
      const [remote = subject, version = ""] = subject.split("@", 2);
      log.error({ remote, version, code }, "a remote kept render from drawing; browsers draw it for a while");
      onFault?.({ remote, version, code });
    }
  };
  const accuse = (child: RenderChild, code: RenderEnd): void => {
    if (code === "retired" || code === "render_slow_start") return;
    report(blame.ended(child.underWay(), child.versions()), code);
  };
  const allLimits = { ...defaultLimits, ...limits };
  const succession = startSuccession(
    {
      spawn: () =>
        startChild({
          ...{ operations: guarded, limits: allLimits, log },
          isSuspect: blame.isSuspect,
          onHung: (version) => {
            report(blame.hung(version), "render_stuck");
          },
        }),
      onEnd: accuse,
      readyTimeoutMs: allLimits.readyTimeoutMs,
    },
    log,
  );

  let lastSuspect: Promise<unknown> = Promise.resolve();
  /** Suspects are drawn one at a time: when render ends again, it is known by whom. */
  const inTurn = async (version: string | null, draw: () => Promise<void>): Promise<void> => {
    if (version === null || !blame.isSuspect(version)) {
      await draw();
      return;
    }
    const turn = lastSuspect.then(draw);
    lastSuspect = turn.catch(() => undefined);
    await turn;
  };

  const stream: PageConnection["stream"] = async (page, factory) => {
    const version = versionOf(operations.page(ticketOf(page)));
    for (let attempt = 1; ; attempt += 1) {
      const sent: { to: RenderChild | null; isAnswered: boolean } = { to: null, isAnswered: false };
      try {
        // Not before its turn: whoever is ahead may end the process there is now, and it would count as an attempt.
        await inTurn(version, async () => {
          const child = await succession.untilReady();
          sent.to = child;
          await child.draw(version, page, (answer) => {
            sent.isAnswered = true;
            return factory(answer);
          });
        });
        if (version !== null) blame.drawn(version);
        return;
      } catch (error) {
        // Only when the process is gone is the page asked for again; one that takes too long is refused.
        const isLost = sent.to?.isGone() === true && !sent.isAnswered;
        if (!isLost || attempt === attempts) throw error;
      }
    }
  };

  return {
    async connect() {
      await succession.untilReady();
      return { stream };
    },
    pid: () => succession.current()?.pid ?? null,
    check: async () => {
      if (succession.current() === null)
        throw new ShellError("render_gone", "The render process is not ready.");
    },
    close: () => succession.close(),
  };
}
