import type { ComponentType } from "react";
import type { DevelopmentDescriptor } from "../descriptor.ts";
import { FederationError } from "../errors.ts";
import { forgetRemote } from "../forget-remote.ts";
import { hostInstance } from "../load-remote.ts";
import { insertScript } from "../loading/insert-element.ts";
import { admitDevelopmentServer, laterFiles } from "../loading/later-files.ts";
import { hostState } from "../runtime/host-instance.ts";

/** The first build of a page may take its time. */
const patienceMs = 60_000;

/** Development builds put their styles into tags that name their container. */
function removeStyles(container: string): void {
  for (const style of document.querySelectorAll<HTMLStyleElement>("style[data-mullion-development]")) {
    if (style.dataset["mullionDevelopment"] === container) style.remove();
  }
}

/**
 * Evaluates one build of a development server afresh, in place of the one before.
 * @throws {FederationError}
 */
export async function loadDevelopment(remote: DevelopmentDescriptor, build: string): Promise<ComponentType> {
  const { container, url, expose, name } = remote;
  admitDevelopmentServer(new URL(url).origin);
  hostState().files = laterFiles;
  forgetRemote(container);
  removeStyles(container);
  const entry = `${url}/_next/static/chunks/remoteEntry.js?t=${encodeURIComponent(build)}`;
  await insertScript({ url: entry, integrity: null, patienceMs });
  const instance = hostInstance();
  instance.registerRemotes([{ name: container, entry }]);
  const exposed = await instance
    .loadRemote<{ default?: unknown }>(`${container}/${expose.replace(/^\.\//, "")}`)
    .catch((cause: unknown) => {
      throw new FederationError("remote_unavailable", `${url} serves no module ${expose} of ${name}.`, {
        cause,
      });
    });
  if (typeof exposed?.default !== "function")
    throw new FederationError("not_a_component", `${name} exposes no component as ${expose}.`);
  return exposed.default as ComponentType;
}
