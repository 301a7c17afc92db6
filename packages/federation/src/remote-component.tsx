import type { ComponentType, ReactNode } from "react";
import { lazy, useEffect } from "react";
import type { ReleaseDescriptor } from "./descriptor.ts";
import { loadRemote } from "./load-remote.ts";

/** A remote's component as a pane draws it. `onShown` is called once it is on the page and alive. */
export type PaneComponent = ComponentType<{ readonly onShown: () => void }>;

const components = new Map<string, PaneComponent>();

/**
 * One lazy component per version and attempt: a `lazy` that failed stays failed, so each retry takes a new one. It brings its
 * stylesheets, so that nothing of it is seen without them.
 */
export function componentFor(remote: ReleaseDescriptor, attempt: number): PaneComponent {
  const key = `${remote.container}/${remote.expose}#${attempt}`;
  const known = components.get(key);
  if (known !== undefined) return known;
  const component = lazy(async () => {
    const { default: Exposed, styles } = await loadRemote(remote).catch((error: unknown) => {
      components.delete(key);
      throw error;
    });
    const hashes = new Map(remote.styles.map(({ path, integrity }) => [path, integrity]));
    const Remote = ({ onShown }: { readonly onShown: () => void }): ReactNode => {
      useEffect(onShown, [onShown]);
      return (
        <>
          {styles.map((href) => (
            <link
              key={href}
              rel="stylesheet"
              href={href}
              integrity={hashes.get(pathIn(remote, href))}
              crossOrigin="anonymous"
              precedence="remote"
            />
          ))}
          <Exposed />
        </>
      );
    };
    return { default: Remote };
  });
  components.set(key, component);
  return component;
}

function pathIn({ bases }: ReleaseDescriptor, href: string): string {
  const [url = href] = href.split("?", 1);
  const base = bases.find((candidate) => url.startsWith(candidate)) ?? "";
  return url.slice(base.length);
}

/** Forgets the components of a version. */
export function forgetComponents(container: string): void {
  for (const key of components.keys()) {
    if (key.startsWith(`${container}/`)) components.delete(key);
  }
}
