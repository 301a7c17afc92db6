import type { RemoteDescriptor } from "@mullion/federation";
import type { Page, PageFrame } from "./bridge/protocol.ts";

/** Which notice a page shows instead of a remote. */
export type NoticeKind = Extract<Page, { kind: "notice" }>["notice"] | "failed";

/** What one path shows. */
export type PageContent =
  | { readonly kind: "start" }
  | { readonly kind: "notice"; readonly notice: NoticeKind }
  | { readonly kind: "remote"; readonly remote: RemoteDescriptor; readonly available: boolean };

/** Props of every page of the shell; all of it is sent to the browser, none of it is secret. */
export interface ShellPageProps extends Readonly<PageFrame> {
  /** API data for the first paint, by path. */
  readonly data: Record<string, unknown>;
  readonly content: PageContent;
}
