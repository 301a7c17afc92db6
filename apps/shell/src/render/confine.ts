import fs from "node:fs";

function isDenied(error: unknown): error is Error & { code: string } {
  return error instanceof Error && "code" in error && error.code === "ERR_ACCESS_DENIED";
}

/** What may not be read does not exist: Next and the federation runtime look for optional files before they go on. */
function hideDeniedFiles(): void {
  const existsSync = fs.existsSync.bind(fs);
  const statSync = fs.statSync.bind(fs);
  fs.existsSync = (path) => {
    try {
      return existsSync(path);
    } catch (error) {
      if (isDenied(error)) return false;
      throw error;
    }
  };
  const statOrMissing = (...args: Parameters<typeof statSync>): ReturnType<typeof statSync> => {
    try {
      return statSync(...args);
    } catch (error) {
      if (isDenied(error)) error.code = "ENOENT";
      throw error;
    }
  };
  fs.statSync = Object.assign(statOrMissing, statSync);
}

/**
 * Prepares the process for the permission model, before Next is loaded. `fetch` asks front over IPC, so that every
 * server byte of a remote passes one place where its hash is checked.
 */
export function confine(readBytes: (url: string) => Promise<Uint8Array>): void {
  globalThis.fetch = async (input) => {
    const url = input instanceof Request ? input.url : String(input);
    const bytes = await readBytes(url);
    // A copy: the bytes came in a view on a shared buffer, which Response does not take.
    return new Response(new Uint8Array(bytes), {
      status: 200,
      headers: { "content-type": "text/javascript" },
    });
  };
  hideDeniedFiles();
}
