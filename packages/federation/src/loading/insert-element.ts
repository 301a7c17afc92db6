import { FederationError } from "../errors.ts";

/** One attempt to have the browser load a file. `integrity` is null for files of development servers only. */
export interface Attempt {
  readonly url: string;
  readonly integrity: string | null;
  /** Milliseconds until somebody else is asked. What was begun is not cancelled: a slow network may still finish it. */
  readonly patienceMs: number;
}

/** Puts a file into the page. Resolves when it has taken effect; rejects with a `FederationError`. */
export type Insert = (attempt: Attempt) => Promise<void>;

function settled(element: HTMLScriptElement | HTMLLinkElement, { url, patienceMs }: Attempt): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new FederationError("remote_timeout", `${url} did not come in time.`));
    }, patienceMs);
    element.onload = () => {
      clearTimeout(timer);
      resolve();
    };
    element.onerror = () => {
      clearTimeout(timer);
      reject(new FederationError("remote_unavailable", `${url} could not be loaded.`));
    };
    document.head.append(element);
  });
}

/** Runs a script of a remote. */
export const insertScript: Insert = async (attempt) => {
  const script = document.createElement("script");
  script.async = true;
  script.crossOrigin = "anonymous";
  if (attempt.integrity !== null) script.integrity = attempt.integrity;
  script.src = attempt.url;
  try {
    await settled(script, attempt);
  } finally {
    script.remove();
  }
};

/** Applies a stylesheet of a remote, unless the server put it into the page and it was good. */
export const insertStylesheet: Insert = async (attempt) => {
  const present = document.querySelector<HTMLLinkElement>(
    `link[rel="stylesheet"][href="${CSS.escape(attempt.url)}"]`,
  );
  // A stylesheet whose bytes have another hash, or that did not come, leaves a link without a sheet.
  if (present?.sheet && (attempt.integrity === null || present.integrity === attempt.integrity)) return;
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.crossOrigin = "anonymous";
  if (attempt.integrity !== null) link.integrity = attempt.integrity;
  link.href = attempt.url;
  try {
    await settled(link, attempt);
  } catch (error) {
    link.remove();
    throw error;
  }
};
