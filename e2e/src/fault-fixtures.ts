import { type ArtifactProxy, createArtifactProxy } from "./artifact-proxy.ts";
import { test as base, registryUrl } from "./fixtures.ts";

export { expect } from "./fixtures.ts";

/** Test whose platform serves artifacts, to browsers and to fronts, through a proxy that can be told to fail. */
export const test = base.extend<object, { readonly artifactProxy: ArtifactProxy }>({
  // Playwright reads the names of the fixtures out of the first parameter, which must be a pattern.
  artifactProxy: [
    async ({}, use) => {
      const proxy = await createArtifactProxy(registryUrl);
      await use(proxy);
      await proxy.close();
    },
    { scope: "worker" },
  ],
  artifactsUrl: [
    async ({ artifactProxy }, use) => {
      await use(artifactProxy.url);
    },
    { scope: "worker" },
  ],
});
