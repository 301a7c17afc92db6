import { FederationError } from "../errors.ts";
import { insertScript, insertStylesheet } from "./insert-element.ts";
import { loadScript, loadStylesheet, locate } from "./known-versions.ts";

/** What webpack's runtime in a remote hears of a script: `load`, or why it did not. */
type Done = (event: { readonly type: string; readonly target: { readonly src: string } }) => void;

/** Through these the code of remotes, as `withRemote` builds it, loads every file after its entry. */
export interface LaterFiles {
  loadChunk(url: string, done: Done): void;
  insertStylesheet(link: HTMLLinkElement): void;
}

const developmentServers = new Set<string>();
const patienceMs = 60_000;

/** Lets the files of a development server be loaded: they are not checked. */
export function admitDevelopmentServer(origin: string): void {
  developmentServers.add(origin);
}

async function script(url: string): Promise<void> {
  const found = locate(url);
  if (found !== null) await loadScript(found.container, found.path);
  else if (developmentServers.has(new URL(url).origin))
    await insertScript({ url, integrity: null, patienceMs });
  else throw new FederationError("no_hash", `${url} belongs to no version of this page: it is not requested`);
}

async function stylesheet(url: string): Promise<void> {
  const found = locate(url);
  if (found !== null) await loadStylesheet(found.container, found.path);
  else if (developmentServers.has(new URL(url).origin))
    await insertStylesheet({ url, integrity: null, patienceMs });
  else throw new FederationError("no_hash", `${url} belongs to no version of this page: it is not requested`);
}

/** Loads what remotes ask for later: with its hash, from wherever it can be had, or not at all. */
export const laterFiles: LaterFiles = {
  loadChunk(url, done) {
    const tell = (type: string) => (): void => {
      done({ type, target: { src: url } });
    };
    script(url).then(tell("load"), tell("error"));
  },
  insertStylesheet(link) {
    // Never put into the page: it stands for the one that is, and tells webpack's runtime what became of it.
    const nowhere = document.createDocumentFragment();
    nowhere.append(link);
    const tell = (type: string) => (): void => {
      link.dispatchEvent(new Event(type));
    };
    stylesheet(link.href).then(tell("load"), tell("error"));
  },
};
