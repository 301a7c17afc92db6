import { hasRole } from "@mullion/contracts";
import { describeDevelopment, describeRemote, serverEntryOf } from "@mullion/federation/descriptor";
import type { Page } from "../../bridge/protocol.ts";
import type { RoutedRemote, VisitRemote } from "../composition/visit.ts";
import { withDevelopment } from "../composition/visit-pin.ts";
import { type PageContext, pageFrame } from "./page-frame.ts";

/** What to do with a page request: draw a page with a status, or send the visitor elsewhere. */
export type PageDecision =
  | {
      readonly kind: "page";
      readonly status: number;
      readonly page: Page;
      /** The remote on the page. */
      readonly shown: VisitRemote | null;
    }
  | { readonly kind: "redirect"; readonly location: string };

type Notice = Extract<Page, { kind: "notice" }>["notice"];

/** Notices with an address of their own, and their status. */
const noticePages: ReadonlyMap<string, readonly [Notice, number]> = new Map([
  ["/sign-in-failed", ["sign-in-failed", 400]],
  ["/override-refused", ["override-refused", 403]],
]);

function notice(context: PageContext, kind: Notice, status: number): PageDecision {
  const page: Page = { ...pageFrame(context), kind: "notice", notice: kind, status };
  return { kind: "page", status, page, shown: null };
}

function startPage(context: PageContext): PageDecision {
  if (context.session === null) {
    return { kind: "page", status: 200, page: { ...pageFrame(context), kind: "start" }, shown: null };
  }
  const [first] = context.visit.navigation;
  if (first === undefined) return notice(context, "no-remotes", 503);
  return { kind: "redirect", location: first.path };
}

function remotePage({ shown, route }: RoutedRemote, context: PageContext): Page {
  const frame = { ...pageFrame(context), kind: "remote" as const, data: route.data };
  if (shown.kind === "development") {
    const remote = describeDevelopment(shown.manifest, route.expose, shown.url);
    const { pin, composition } = frame.visit;
    const visit = { composition, pin: withDevelopment(pin, remote.name) };
    return { ...frame, visit, remote, serverEntry: null };
  }
  const { release } = shown;
  return {
    ...frame,
    remote: describeRemote(release, route.expose, context.mirrors),
    serverEntry: serverEntryOf(release),
  };
}

/**
 * Decides what a path shows to a visit. Roles are enforced here, on the server: what a person may not open is not
 * rendered, and its remote's URLs are not sent.
 */
export function decidePage(pathname: string, context: PageContext): PageDecision {
  if (pathname === "/") return startPage(context);
  const named = noticePages.get(pathname);
  if (named !== undefined) return notice(context, ...named);
  const routed = context.visit.find(pathname);
  if (routed === null) return notice(context, "not-found", 404);
  if (context.session === null) {
    return { kind: "redirect", location: `/signin?callbackUrl=${encodeURIComponent(pathname)}` };
  }
  if (!hasRole(context.session.roles, routed.route.roles)) return notice(context, "forbidden", 403);
  return { kind: "page", status: 200, page: remotePage(routed, context), shown: routed.shown };
}
