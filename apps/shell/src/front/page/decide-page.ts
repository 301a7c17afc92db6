import { hasRole, type SessionView } from "@mullion/contracts";
import { describeRemote, serverEntryOf } from "@mullion/federation/descriptor";
import type { Page } from "../../bridge/protocol.ts";
import type { Composition } from "../composition/composition.ts";

/** What to do with a page request: draw a page with a status, or send the visitor elsewhere. */
export type PageDecision =
  | { readonly kind: "page"; readonly status: number; readonly page: Page }
  | { readonly kind: "redirect"; readonly location: string };

type Notice = Extract<Page, { kind: "notice" }>["notice"];

function notice(
  session: SessionView | null,
  composition: Composition,
  kind: Notice,
  status: number,
): PageDecision {
  const navigation = session === null ? [] : composition.navigationFor(session.roles);
  return { kind: "page", status, page: { kind: "notice", notice: kind, status, session, navigation } };
}

function startPage(session: SessionView | null, composition: Composition): PageDecision {
  if (session === null)
    return { kind: "page", status: 200, page: { kind: "start", session, navigation: [] } };
  const [first] = composition.navigationFor(session.roles);
  if (first === undefined) return notice(session, composition, "no-remotes", 503);
  return { kind: "redirect", location: first.path };
}

/**
 * Decides what a path shows to a session. Roles are enforced here, on the server: what a person may not open is not
 * rendered, and its remote's URLs are not sent.
 */
export function decidePage(
  pathname: string,
  session: SessionView | null,
  composition: Composition,
): PageDecision {
  if (pathname === "/") return startPage(session, composition);
  if (pathname === "/sign-in-failed") return notice(session, composition, "sign-in-failed", 400);
  const routed = composition.find(pathname);
  if (routed === null) return notice(session, composition, "not-found", 404);
  if (session === null) {
    return { kind: "redirect", location: `/signin?callbackUrl=${encodeURIComponent(pathname)}` };
  }
  const { release, route } = routed;
  if (!hasRole(session.roles, route.roles)) return notice(session, composition, "forbidden", 403);
  return {
    kind: "page",
    status: 200,
    page: {
      kind: "remote",
      session,
      navigation: composition.navigationFor(session.roles),
      remote: describeRemote(release, route.expose),
      serverEntry: serverEntryOf(release),
      data: route.data,
    },
  };
}
