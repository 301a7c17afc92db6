import "@mullion/ui/styles.css";
import { startPaneTelemetry } from "@mullion/federation/telemetry";
import { SessionProvider } from "@mullion/session";
import type { AppProps } from "next/app";
import { type ReactNode, useEffect } from "react";
import type { ShellPageProps } from "../src/page-props.ts";
import { ShellFrame } from "../src/shell-frame.tsx";
import { pinVisit } from "../src/visit-pin.ts";

export default function ShellApp({ Component, pageProps }: AppProps<Partial<ShellPageProps>>): ReactNode {
  // Next's own error page comes without what front decided.
  const { session = null, navigation = [], overrides = [], devtools = null, data, visit } = pageProps;
  const { pin, composition } = visit ?? {};
  const isSignedIn = session !== null;
  useEffect(() => {
    if (pin !== undefined) pinVisit(pin);
    if (composition !== undefined && isSignedIn) startPaneTelemetry({ composition });
  }, [pin, composition, isSignedIn]);
  return (
    <SessionProvider session={session} {...(data === undefined ? {} : { initialData: data })}>
      <ShellFrame navigation={navigation} overrides={overrides} devtools={devtools}>
        <Component {...pageProps} />
      </ShellFrame>
    </SessionProvider>
  );
}
