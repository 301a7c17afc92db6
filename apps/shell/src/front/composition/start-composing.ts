import { createClientCredentials } from "@mullion/access-token";
import { createEventSink } from "@mullion/events";
import type { FastifyBaseLogger } from "fastify";
import { artifactBasesOf, type RegistryEnv, registryOf, type ShellEnv } from "../env.ts";
import { createOverrides, noOverrides, type Overrides } from "../override/overrides.ts";
import { createPaneTelemetry, type PaneTelemetry } from "../telemetry/pane-telemetry.ts";
import { announceHost } from "./announce-host.ts";
import { type ArtifactCache, createArtifactCache } from "./artifact-cache.ts";
import { type Composition, emptyComposition, followComposition } from "./composition.ts";
import { createReleaseBook } from "./release-book.ts";

/** Everything that decides which version of which remote somebody sees, and hears how it fares. */
export interface Composing {
  readonly artifacts: ArtifactCache;
  readonly composition: Composition;
  readonly overrides: Overrides;
  readonly telemetry: PaneTelemetry;
  close(): Promise<void>;
}

function tokenFor(registry: RegistryEnv, scope: string): () => Promise<string> {
  const credentials = createClientCredentials({
    issuer: registry.ISSUER,
    clientId: registry.CLIENT_ID,
    clientSecret: registry.CLIENT_SECRET,
    scope,
    resource: registry.API_AUDIENCE,
  });
  return async () => credentials.getToken();
}

/** An installation without a registry shows no remote. */
function composeNothing({ CHANNEL: channel }: ShellEnv, log: FastifyBaseLogger): Composing {
  const telemetry = createPaneTelemetry({ channel, emit: () => undefined, log });
  return {
    artifacts: createArtifactCache(() => undefined),
    composition: emptyComposition(),
    overrides: noOverrides(),
    telemetry,
    close: async () => undefined,
  };
}

/** Follows the registry's channel, verifies what it names, and reports to insights. */
export function startComposing(env: ShellEnv, log: FastifyBaseLogger): Composing {
  const registry = registryOf(env);
  if (registry === null) return composeNothing(env, log);
  const sink =
    registry.INSIGHTS_URL === undefined
      ? null
      : createEventSink({
          ...{ url: registry.INSIGHTS_URL, source: "shell", logger: log },
          getToken: tokenFor(registry, "events:write"),
        });
  const telemetry = createPaneTelemetry({
    ...{ channel: env.CHANNEL, log },
    emit: (event) => sink?.emit(event),
  });
  const artifacts = createArtifactCache(({ remote, version, url }) => {
    telemetry.tampered(remote, version, url);
  });
  const book = createReleaseBook({
    ...{ rootKeys: registry.RELEASE_ROOT_KEYS, artifactBases: artifactBasesOf(env), artifacts },
    onRefused: ({ remote, version, code }) => {
      telemetry.refused(remote, version, code);
    },
  });
  const client = {
    registryUrl: registry.REGISTRY_URL,
    channel: env.CHANNEL,
    getToken: tokenFor(registry, "registry:read"),
  };
  // What only fronts may do: no token of a person carries this scope.
  const host = { ...client, getToken: tokenFor(registry, "registry:host") };
  const announcement = announceHost(host, log);
  const composition = followComposition({ client, book, log });
  const overrides = createOverrides({ client: host, book, log, allowDevelopment: env.DEVELOPMENT_OVERRIDES });
  return {
    ...{ artifacts, composition, overrides, telemetry },
    async close() {
      announcement.close();
      composition.close();
      await sink?.close();
    },
  };
}
