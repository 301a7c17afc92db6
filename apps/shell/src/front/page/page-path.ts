import { ProblemError } from "@mullion/http-service";

// What render, or whoever is before the front, could read in another way: slashes that are doubled, backslashes, both of
// them and dots and percent signs encoded, control characters.
const ambiguous = /\/\/|[\\\s]|%(?:[01][0-9a-f]|2[ef5]|5c|7f)|\/\.{1,2}(?:\/|$)/i;

/**
 * Refuses targets with more than one reading, and those in absolute form.
 * @throws {ProblemError} `path_invalid` (400).
 */
export function assertPagePath(url: string): void {
  const [path = "/"] = url.split("?", 1);
  if (path.startsWith("/") && !ambiguous.test(path)) return;
  throw new ProblemError({ status: 400, code: "path_invalid", title: "The path is not valid" });
}

/** What a page request asks for. */
export interface PagePath {
  /** Path of the page, without query. */
  readonly pathname: string;
  /** True when the router of a page already loaded asks for the next one's data only. */
  readonly isDataRequest: boolean;
}

const dataPattern = /^\/_next\/data\/[^/]+(\/.+)\.json$/;

/** Reads the page out of a request's path; `/_next/data/<build>/index.json` is the data of `/`. */
export function parsePagePath(url: string): PagePath {
  const [path = "/"] = url.split("?", 1);
  const data = dataPattern.exec(path);
  if (data?.[1] === undefined) {
    return { pathname: path.length > 1 ? path.replace(/\/+$/, "") || "/" : path, isDataRequest: false };
  }
  return { pathname: data[1] === "/index" ? "/" : data[1], isDataRequest: true };
}
