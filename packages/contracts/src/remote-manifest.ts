import { z } from "zod";
import { roleSchema } from "./roles.ts";
import { scopeSchema } from "./scopes.ts";

const remoteName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, "lower-case letters, digits and dashes, at most 40");
const path = z
  .string()
  .regex(/^\/(?:[a-z0-9-]+(?:\/[a-z0-9-]+)*)?$/, "an absolute path such as /billing/invoices");

/** `mullion.remote.json`: what a remote declares of itself. Every field is checked at publish. */
export const remoteManifestSchema = z.strictObject({
  $schema: z.string().optional(),
  /** Unique in the registry; first segment of nothing but its own artifacts. */
  name: remoteName,
  title: z.string().min(1).max(40),
  description: z.string().max(200).default(""),
  /** Pages. `expose` names the module rendered; `data` the BFF paths fetched before rendering and given to `useBff`. */
  routes: z
    .array(
      z.strictObject({
        path,
        expose: z.string().startsWith("./"),
        /** Who may open it; empty means every signed-in user. Enforced by the front. */
        roles: z.array(roleSchema).default([]),
        data: z.array(z.string().startsWith("/").max(200)).max(8).default([]),
      }),
    )
    .min(1),
  /** Entries of the shell's navigation. An entry shows to whoever may open its path. */
  navigation: z
    .array(
      z.strictObject({
        label: z.string().min(1).max(30),
        path,
        icon: z.enum(["user", "dashboard", "chart", "shield", "box"]).default("box"),
        order: z.number().int().min(0).max(1000).default(500),
      }),
    )
    .default([]),
  /** API scopes its BFF calls need. */
  scopes: z.array(scopeSchema).default([]),
  /** What it may weigh, in bytes after gzip: its entry, and all that its first page loads. The registry holds it to this. */
  budget: z
    .strictObject({
      entryBytes: z.number().int().min(1_000).max(1_000_000).optional(),
      firstPaintBytes: z.number().int().min(1_000).max(10_000_000).optional(),
    })
    .optional(),
});
export type RemoteManifest = z.infer<typeof remoteManifestSchema>;
export type RemoteRoute = RemoteManifest["routes"][number];

/** First segments of paths that the shell answers itself. */
const ownSegments = new Set([
  "_next",
  "api",
  "healthz",
  "override",
  "override-refused",
  "readyz",
  "sign-in-failed",
  "signin",
  "signout",
]);

/**
 * True for the shell's own paths: its start page, signing in and out, override links, the API, its build, and everything
 * below them. No route and no entry of a remote may be there, or one team could take the start page or the sign-in.
 */
export function isReservedPath(path: string): boolean {
  const [, first = ""] = path.split("/", 2);
  return first === "" || ownSegments.has(first);
}
