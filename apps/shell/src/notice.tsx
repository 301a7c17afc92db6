import { EmptyState, type IconName, Page } from "@mullion/ui";
import Head from "next/head";
import type { ReactNode } from "react";
import type { NoticeKind } from "./page-props.ts";

interface NoticeText {
  readonly icon: IconName;
  readonly title: string;
  readonly detail: string;
  readonly action: { readonly label: string; readonly href: string };
}

const home = { label: "Go to the start page", href: "/" };

const notices: Readonly<Record<NoticeKind, NoticeText>> = {
  forbidden: {
    icon: "shield",
    title: "You may not open this page",
    detail: "Your role does not include it. An administrator can change that under Admin.",
    action: home,
  },
  "not-found": {
    icon: "box",
    title: "There is no page here",
    detail: "The address may be mistyped, or the remote that served it is no longer deployed.",
    action: home,
  },
  "sign-in-failed": {
    icon: "warning",
    title: "Sign-in did not complete",
    detail:
      "The request was too old, was opened in another browser, or identity is away. Nothing was changed.",
    action: { label: "Sign in again", href: "/signin" },
  },
  "override-refused": {
    icon: "shield",
    title: "This link shows you nothing",
    detail:
      "A link to a build under test holds for one person and for a limited time. Ask whoever sent it for a new one.",
    action: home,
  },
  "no-remotes": {
    icon: "box",
    title: "Nothing is deployed yet",
    detail:
      "The registry lists no remote that your role may open. It appears here as soon as one is published.",
    action: { label: "Look again", href: "/" },
  },
  failed: {
    icon: "warning",
    title: "This page could not be drawn",
    detail: "The failure was logged. Your session is untouched.",
    action: home,
  },
};

/** A page that says why there is nothing else to see, and what to do. */
export function Notice({ notice }: { readonly notice: NoticeKind }): ReactNode {
  const { icon, title, detail, action } = notices[notice];
  return (
    <Page>
      <Head>
        <title>{`${title} · Mullion`}</title>
      </Head>
      <EmptyState
        icon={icon}
        headingLevel={1}
        title={title}
        detail={detail}
        action={
          <a className="mu-button" href={action.href}>
            {action.label}
          </a>
        }
      />
    </Page>
  );
}
