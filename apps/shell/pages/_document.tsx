import { themeScript } from "@mullion/ui";
import { Head, Html, Main, NextScript } from "next/document";
import type { ReactNode } from "react";

export default function ShellDocument(): ReactNode {
  return (
    <Html lang="en">
      <Head>
        <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
        {/* Before the first paint, so that no page flashes in the other theme. */}
        <script dangerouslySetInnerHTML={{ __html: themeScript }} />
      </Head>
      <body>
        <Main />
        <NextScript />
      </body>
    </Html>
  );
}
