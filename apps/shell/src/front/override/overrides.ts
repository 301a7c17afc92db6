import type { IncomingHttpHeaders } from "node:http";
import { type Override, overrideSchema, type Scope } from "@mullion/contracts";
import { ReleaseSigningError } from "@mullion/release-signing";
import type { FastifyBaseLogger } from "fastify";
import { askRegistry, type RegistryClientOptions } from "../composition/registry-client.ts";
import type { ReleaseBook } from "../composition/release-book.ts";
import { type ActiveOverride, manifestOf } from "./active-override.ts";
import { createFewSeconds } from "./few-seconds.ts";
import { overrideTokensOf } from "./override-cookie.ts";
import { createOverrideVerifier, type OverrideVerifier, registryKeys } from "./verify-token.ts";

/** What people see instead of what the channel shows. */
export interface Overrides {
  /** The overrides in a request's cookie that hold for a user right now, one for each remote, the newest of it. */
  activeFor(headers: IncomingHttpHeaders, userId: string): Promise<ActiveOverride[]>;
  /** The override of a token, if it holds for the user. */
  open(token: string, userId: string): Promise<ActiveOverride | null>;
  /** Scopes that builds named in a request's cookie declare for a remote. Whose cookie it is does not matter here. */
  scopesOf(remote: string, headers: IncomingHttpHeaders): Promise<Scope[]>;
  /** Tells the registry that a link was used: it keeps the first time. */
  reportUse(override: ActiveOverride): Promise<void>;
}

/** What looking overrides up takes. */
export interface OverridesOptions {
  readonly client: RegistryClientOptions;
  readonly book: ReleaseBook;
  readonly log: Pick<FastifyBaseLogger, "warn">;
  /** Whether builds on a developer's own machine may be shown. */
  readonly allowDevelopment: boolean;
}

/** Reads overrides at the registry. While it is away nothing can be checked, and what the channel shows is shown. */
export function createOverrides({ client, book, log, allowDevelopment }: OverridesOptions): Overrides {
  const verifier: OverrideVerifier = createOverrideVerifier(registryKeys(client.registryUrl), client.channel);

  const toActive = async ({ id, expiresAt, content }: Override): Promise<ActiveOverride | null> => {
    if (content.kind === "version") {
      const release = await book.verify(content.release, "override");
      return { id, expiresAt, content: { kind: "version", release } };
    }
    return allowDevelopment ? { id, expiresAt, content } : null;
  };

  const lookUp = createFewSeconds(async (id: string) => {
    const answer = await askRegistry(client, `/registry/overrides/${id}`);
    const override = overrideSchema.nullable().parse(answer);
    if (override === null || override.channel !== client.channel) return null;
    const active = await toActive(override);
    return active === null ? null : { user: override.user, active };
  });

  const read = async (token: string, userId: string | null): Promise<ActiveOverride | null> => {
    try {
      const claims = await verifier.verify(token);
      if (claims === null || (userId !== null && claims.user !== userId)) return null;
      const found = await lookUp(claims.id);
      if (found === null || found.user !== claims.user) return null;
      return Date.parse(found.active.expiresAt) > Date.now() ? found.active : null;
    } catch (error) {
      // A build that does not verify was reported by the book.
      if (!(error instanceof ReleaseSigningError)) log.warn({ err: error }, "an override cannot be checked");
      return null;
    }
  };

  const readAll = async (headers: IncomingHttpHeaders, userId: string | null): Promise<ActiveOverride[]> => {
    const found = await Promise.all(overrideTokensOf(headers).map(async (token) => read(token, userId)));
    const byRemote = new Map<string, ActiveOverride>();
    for (const override of found) if (override !== null) byRemote.set(manifestOf(override).name, override);
    return [...byRemote.values()];
  };

  return {
    open: async (token, userId) => read(token, userId),
    activeFor: async (headers, userId) => readAll(headers, userId),
    scopesOf: async (remote, headers) => {
      const manifests = (await readAll(headers, null)).map(manifestOf);
      return manifests.filter(({ name }) => name === remote).flatMap(({ scopes }) => scopes);
    },
    reportUse: async ({ id }) => {
      await askRegistry(client, `/registry/overrides/${id}/uses`, { method: "POST", json: {} });
    },
  };
}

/** Without a registry nothing is overridden. */
export function noOverrides(): Overrides {
  return {
    activeFor: async () => [],
    open: async () => null,
    scopesOf: async () => [],
    reportUse: async () => undefined,
  };
}
