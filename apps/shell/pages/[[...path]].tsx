import { RemoteModule } from "@mullion/federation";
import { RemoteProvider } from "@mullion/session";
import type { GetServerSideProps } from "next";
import Head from "next/head";
import type { ReactNode } from "react";
import { Notice } from "../src/notice.tsx";
import type { ShellPageProps } from "../src/page-props.ts";
import { PaneFailureCard } from "../src/pane-failure-card.tsx";
import { PanePending } from "../src/pane-pending.tsx";
import { preparePage } from "../src/render/prepare-page.ts";
import { StartPage } from "../src/start-page.tsx";

export const getServerSideProps: GetServerSideProps<ShellPageProps> = async ({ req, res }) => ({
  props: await preparePage(req, res),
});

/** The one page of the shell: whatever front decided for the path. */
export default function ShellPage({ content }: ShellPageProps): ReactNode {
  if (content.kind === "start") return <StartPage />;
  if (content.kind === "notice") return <Notice notice={content.notice} />;
  return (
    <>
      <Head>
        <title>{`${content.remote.title} · Mullion`}</title>
      </Head>
      <RemoteProvider name={content.remote.name}>
        <RemoteModule
          remote={content.remote}
          available={content.available}
          pending={<PanePending title={content.remote.title} />}
          renderFailure={(failure) => <PaneFailureCard failure={failure} />}
        />
      </RemoteProvider>
    </>
  );
}
