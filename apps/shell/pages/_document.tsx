import { themeScript } from "@mullion/ui";
import { type DocumentProps, Head, Html, Main, NextScript } from "next/document";
import type { ReactNode } from "react";

/** Next takes the nonce from the Content-Security-Policy that front sends along with the request. */
export default function ShellDocument({ nonce }: DocumentProps): ReactNode {
  const withNonce = nonce === undefined ? {} : { nonce };
  return (
    <Html lang="en">
      <Head {...withNonce}>
        <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
        {/* Before the first paint, so that no page flashes in the other theme. */}
        <script {...withNonce} dangerouslySetInnerHTML={{ __html: themeScript }} />
      </Head>
      <body>
        <Main />
        <NextScript {...withNonce} />
      </body>
    </Html>
  );
}
