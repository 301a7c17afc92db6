import "@mullion/ui/styles.css";
import type { AppProps } from "next/app";
import type { ReactNode } from "react";

export default function RemoteApp({ Component, pageProps }: AppProps): ReactNode {
  return <Component {...pageProps} />;
}
