import { guardRequest } from "@mullion/bff";
import { hasRole, type SessionView } from "@mullion/contracts";
import { ProblemError, parseBody, parseQuery, unavailable } from "@mullion/http-service";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { pagesOf } from "../composition/visit.ts";
import { isPrefetch } from "../prefetch.ts";
import type { SessionReader } from "../session/session-reader.ts";
import { type ActiveOverride, manifestOf } from "./active-override.ts";
import { isTokenShaped, overrideTokensOf, setOverrideCookie } from "./override-cookie.ts";
import type { Overrides } from "./overrides.ts";

/** What opening and leaving overrides takes. */
export interface OverridePluginOptions {
  readonly origin: string;
  readonly sessions: SessionReader;
  readonly overrides: Overrides;
}

const querySchema = z.object({ token: z.string().default("") });
const endSchema = z.strictObject({ id: z.uuid().optional() });

/** Where the build can be seen: the first of its pages that the person may open. */
function pageOf(override: ActiveOverride, { roles }: SessionView): string {
  return pagesOf(manifestOf(override)).find((route) => hasRole(roles, route.roles))?.path ?? "/";
}

/** A token and what it stands for. */
interface Held {
  readonly token: string;
  readonly override: ActiveOverride;
}

/** The overrides in a request's cookie that hold, with their tokens. */
async function heldBy(request: FastifyRequest, userId: string, overrides: Overrides): Promise<Held[]> {
  const held = await Promise.all(
    overrideTokensOf(request.headers).map(async (token) => {
      const override = await overrides.open(token, userId);
      return override === null ? [] : [{ token, override }];
    }),
  );
  return held.flat();
}

function sendHeld(reply: FastifyReply, held: readonly Held[]): FastifyReply {
  const ends = held.map(({ override }) => Date.parse(override.expiresAt));
  const tokens = held.map(({ token }) => token);
  return reply.header("set-cookie", setOverrideCookie(tokens, new Date(Math.max(0, ...ends))));
}

/** Mounts `/override?token=`, which opens an override's link, and `POST /api/override/end`, which leaves. */
export function overridePlugin(
  app: FastifyInstance,
  { origin, sessions, overrides }: OverridePluginOptions,
  done: () => void,
): void {
  app.get("/override", async (request, reply) => {
    const { token } = parseQuery(querySchema, request.query);
    if (isPrefetch(request.headers)) {
      throw new ProblemError({
        status: 425,
        code: "prefetch_refused",
        title: "A prefetch opens no override",
      });
    }
    const { view } = await sessions.read(request);
    if (view === null && isTokenShaped(token)) {
      return reply.redirect(`/signin?callbackUrl=${encodeURIComponent(`/override?token=${token}`)}`);
    }
    const userId = view?.user.id;
    const opened = userId === undefined ? null : await overrides.open(token, userId);
    if (view === null || userId === undefined || opened === null) return reply.redirect("/override-refused");
    // Not used before it is on record.
    await overrides.reportUse(opened).catch((cause: unknown) => {
      throw unavailable(cause, "The registry does not answer. Open the link again shortly.");
    });
    const { name } = manifestOf(opened);
    request.log.info({ override: opened.id, remote: name, user: userId }, "an override is used");
    const others = (await heldBy(request, userId, overrides)).filter(
      ({ override }) => manifestOf(override).name !== name,
    );
    return sendHeld(reply, [...others, { token, override: opened }]).redirect(pageOf(opened, view));
  });

  app.post("/api/override/end", async (request, reply) => {
    guardRequest(request.headers, { id: "override.end", accepts: ["application/json"] }, true, origin);
    const { id } = parseBody(endSchema, request.body);
    const { view } = await sessions.read(request);
    const held = view === null || id === undefined ? [] : await heldBy(request, view.user.id, overrides);
    return sendHeld(
      reply,
      held.filter(({ override }) => override.id !== id),
    )
      .code(204)
      .send();
  });
  done();
}
