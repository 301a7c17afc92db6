import type { PlacedVersion, Role, SessionView } from "@mullion/contracts";
import { createLogger } from "@mullion/http-service";
import type { FastifyBaseLogger } from "fastify";
import { onTestFinished } from "vitest";
import { type Composition, followComposition } from "./composition.ts";
import { createReleaseBook, type ReleaseBook } from "./release-book.ts";
import type { TestRegistry } from "./test-registry.ts";
import { type Visit, versionOf } from "./visit.ts";
import { parsePin } from "./visit-pin.ts";

const log: FastifyBaseLogger = createLogger({ name: "test", level: "silent" });

/** A session of somebody. For the tests of this app, as all here. */
export const viewOf = (id: string, roles: Role[] = ["member"]): SessionView => ({
  user: { id, name: "Vera", email: "vera@mullion.test" },
  roles,
  expiresAt: "2030-01-01T00:00:00.000Z",
  idleExpiresAt: "2029-12-31T12:00:00.000Z",
});

/** The book of a front that trusts the registry's root key. */
export function openBook({ rootKeys, artifactBases }: TestRegistry, now = Date.now): ReleaseBook {
  return createReleaseBook({
    ...{ rootKeys, artifactBases, now },
    artifacts: { admit: () => undefined, retire: () => undefined },
    onRefused: () => undefined,
  });
}

/** Two versions of one remote, of which the first is live. */
export async function placeTwo(
  registry: TestRegistry,
): Promise<[first: PlacedVersion, second: PlacedVersion]> {
  const [first, second] = await Promise.all([
    registry.place("billing", "first0"),
    registry.place("billing", "second"),
  ]);
  registry.show([{ stable: first }]);
  return [first, second];
}

/** A front's composition, as of its own start, until the test ends. */
export function startFront(registry: TestRegistry, book = openBook(registry)): Composition {
  const composition = followComposition({ client: registry.client, book, log });
  onTestFinished(() => {
    composition.close();
  });
  return composition;
}

/** What a page load shows, or with the pin of a visit what its next page shows. */
export async function visit(front: Composition, of?: Visit, userId = "u"): Promise<Visit> {
  await front.known(2_000);
  return front.visit({
    view: viewOf(userId),
    pin: of === undefined ? null : parsePin(of.pin),
    overrides: [],
  });
}

/** Remote, version and reason of everything that a visit shows. */
export const shownBy = ({ remotes }: Visit): string[] =>
  remotes.map((shown) => `${shown.manifest.name} ${versionOf(shown)} ${shown.reason}`);
