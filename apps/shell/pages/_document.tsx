import { Head, Html, Main, NextScript } from "next/document";
import type { ReactNode } from "react";

/** Applies the theme that was chosen before the first paint, so that no page flashes in the other one. */
const applyTheme = `try{var t=localStorage.getItem("mullion-theme");if(t==="light"||t==="dark")document.documentElement.dataset.theme=t}catch{}`;

export default function ShellDocument(): ReactNode {
  return (
    <Html lang="en">
      <Head>
        <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
        <script dangerouslySetInnerHTML={{ __html: applyTheme }} />
      </Head>
      <body>
        <Main />
        <NextScript />
      </body>
    </Html>
  );
}
