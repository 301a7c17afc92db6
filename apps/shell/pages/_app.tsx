import "@mullion/ui/styles.css";
import { SessionProvider } from "@mullion/session";
import type { AppProps } from "next/app";
import type { ReactNode } from "react";
import type { ShellPageProps } from "../src/page-props.ts";
import { ShellFrame } from "../src/shell-frame.tsx";

export default function ShellApp({ Component, pageProps }: AppProps<Partial<ShellPageProps>>): ReactNode {
  // Next's own error page comes without what front decided.
  const { session = null, navigation = [], data } = pageProps;
  return (
    <SessionProvider session={session} {...(data === undefined ? {} : { initialData: data })}>
      <ShellFrame navigation={navigation}>
        <Component {...pageProps} />
      </ShellFrame>
    </SessionProvider>
  );
}
