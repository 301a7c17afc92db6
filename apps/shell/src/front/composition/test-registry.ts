import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import {
  type Canary,
  type Channel,
  type Override,
  overrideIssuer,
  overrideTokenType,
  type PlacedVersion,
  type PublicKey,
  type Release,
} from "@mullion/contracts";
import {
  createSigningKey,
  publicKeyOf,
  type SigningKey,
  signDelegation,
  signRelease,
  thumbprintOf,
} from "@mullion/release-signing";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { testRelease } from "../page/test-release.ts";
import type { RegistryClientOptions } from "./registry-client.ts";

/** A registry that says what a test wants, over HTTP, with real signatures. */
export interface TestRegistry {
  readonly client: RegistryClientOptions;
  /** What fronts trust. */
  readonly rootKeys: readonly PublicKey[];
  /** Where they take files from. */
  readonly artifactBases: readonly string[];
  /** Paths asked for, in order. */
  readonly asked: string[];
  /** Overrides by id. */
  readonly overrides: Map<string, Override>;
  /** A version signed by the team, or by somebody else. */
  place(remote: string, build: string, change?: PlaceOptions): Promise<PlacedVersion>;
  /** Makes versions live, and tells who waits. */
  show(remotes: readonly { stable: PlacedVersion; canary?: Canary }[], withdrawn?: readonly string[]): void;
  /** Revokes a key, and tells who waits. */
  revoke(key: SigningKey): Promise<void>;
  /** A token as the registry issues it, unless changed. */
  token(claims: { id: string; user: string; seconds?: number; channel?: string }): Promise<string>;
  close(): void;
}

interface PlaceOptions {
  readonly key?: SigningKey;
  /** The key that the root key lets sign, when that is not the team's first. */
  readonly delegated?: SigningKey;
  readonly release?: Partial<Release>;
  readonly path?: string;
  /** End of the delegation. */
  readonly expiresAt?: string;
}

/** Starts a registry of the channel `production`. For the tests of this app. */
export async function startTestRegistry(): Promise<TestRegistry> {
  const [root, team] = await Promise.all([createSigningKey(), createSigningKey()]);
  const tokens = await generateKeyPair("ES256");
  const jwks = { keys: [{ ...(await exportJWK(tokens.publicKey)), kid: "k1", alg: "ES256" }] };
  const asked: string[] = [];
  const overrides = new Map<string, Override>();
  const shown = new Map<string, PlacedVersion>();
  const waiting = new Set<() => void>();
  let channel: Channel = { channel: "production", revision: 0, remotes: [], withdrawn: [], revoked: [] };

  const answer = (response: ServerResponse, body: unknown): void => {
    response.writeHead(body === null ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  };
  const answerChannel = (after: number, response: ServerResponse): void => {
    if (channel.revision !== after) answer(response, channel);
    else {
      const wake = (): void => {
        waiting.delete(wake);
        answer(response, channel);
      };
      waiting.add(wake);
      response.once("close", () => waiting.delete(wake));
    }
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://registry.test");
    asked.push(`${request.method ?? ""} ${url.pathname}`);
    const version = /^\/channels\/production\/remotes\/([^/]+)\/versions\/([^/]+)$/.exec(url.pathname);
    const override = /^\/registry\/overrides\/([^/]+)$/.exec(url.pathname);
    if (url.pathname === "/channels/production")
      answerChannel(Number(url.searchParams.get("after") ?? -1), response);
    else if (version !== null) {
      const key = `${version[1] ?? ""}@${version[2] ?? ""}`;
      answer(response, channel.withdrawn.includes(key) ? null : (shown.get(key) ?? null));
    } else if (override !== null) answer(response, overrides.get(override[1] ?? "") ?? null);
    else if (url.pathname === "/.well-known/jwks.json") answer(response, jwks);
    else if (url.pathname.endsWith("/uses")) response.writeHead(204).end();
    else answer(response, null);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const registryUrl = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;

  return {
    client: { registryUrl, channel: "production", getToken: async () => "token" },
    rootKeys: [publicKeyOf(root)],
    artifactBases: ["http://files.test/artifacts/"],
    ...{ asked, overrides },
    async place(remote, build, options = {}) {
      const { delegated = team, key = delegated, release = {} } = options;
      const { path = `/${remote}`, expiresAt = "2100-01-01T00:00:00Z" } = options;
      const version = `1.0.0-${build}`;
      const baseUrl = `http://files.test/artifacts/${remote}/${version}/`;
      const { baseUrl: _baseUrl, ...template } = testRelease({ name: remote, path });
      const signed: Release = { ...template, version, ...release };
      const delegation = await signDelegation(
        {
          ...{ team: "team", remotes: [remote], key: publicKeyOf(delegated) },
          ...{ issuedAt: "2026-01-01T00:00:00Z", expiresAt },
        },
        root,
      );
      return { remote, version, jws: await signRelease(signed, key), delegation, baseUrl };
    },
    show(remotes, withdrawn = []) {
      channel = {
        ...channel,
        revision: channel.revision + 1,
        withdrawn: [...withdrawn],
        remotes: remotes.map(({ stable, canary = null }) => ({ remote: stable.remote, stable, canary })),
      };
      for (const { stable, canary } of channel.remotes) {
        for (const placed of canary === null ? [stable] : [stable, canary.release]) {
          shown.set(`${placed.remote}@${placed.version}`, placed);
        }
      }
      for (const wake of waiting) wake();
    },
    async revoke(key) {
      const revoked = [...channel.revoked, await thumbprintOf(key)];
      channel = { ...channel, revision: channel.revision + 1, revoked };
      for (const wake of waiting) wake();
    },
    token: async ({ id, user, seconds = 60, channel: audience = "production" }) =>
      new SignJWT()
        .setProtectedHeader({ alg: "ES256", kid: "k1", typ: overrideTokenType })
        .setIssuer(overrideIssuer)
        .setAudience(audience)
        .setSubject(user)
        .setJti(id)
        .setExpirationTime(Math.floor(Date.now() / 1_000) + seconds)
        .sign(tokens.privateKey),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Puts an override into the registry that shows a version to a user. */
export function overrideOf(release: PlacedVersion, user: string, minutes = 5): Override {
  return {
    ...{ id: randomUUID(), channel: "production", user },
    expiresAt: new Date(Date.now() + minutes * 60_000).toISOString(),
    content: { kind: "version", release },
  };
}
