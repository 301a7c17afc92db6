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
