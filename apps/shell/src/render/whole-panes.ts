import { createRequire } from "node:module";

interface ReactServer {
  renderToReadableStream(children: unknown, options?: Readonly<Record<string, unknown>>): unknown;
}

/**
 * Makes React write a finished pane where it belongs. By default a Suspense boundary of more than 12.8 kB is sent as
 * its fallback, with the content hidden behind the page and moved by a script: a flash of a skeleton, and nothing to
 * read without JavaScript. Next offers no way to set React's option, so it is added where Next calls React.
 */
export function writeWholePanes(): void {
  const requireAsNext = createRequire(createRequire(import.meta.url).resolve("next/package.json"));
  for (const name of ["react-dom/server.edge", "react-dom/server.browser"]) {
    const react = requireAsNext(name) as ReactServer;
    const render = react.renderToReadableStream;
    react.renderToReadableStream = (children, options) =>
      render(children, { ...options, progressiveChunkSize: Number.POSITIVE_INFINITY });
  }
}
