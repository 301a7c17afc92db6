/** What a development server says of its builds. */
export type BuildState =
  | { readonly state: "building" }
  | { readonly state: "built"; readonly build: string }
  | { readonly state: "failed"; readonly errors: readonly string[] }
  /** It does not answer; the browser asks again by itself. */
  | { readonly state: "away" };

function parse(data: unknown): BuildState | null {
  const said: unknown = typeof data === "string" ? JSON.parse(data) : null;
  if (typeof said !== "object" || said === null || !("state" in said)) return null;
  if (said.state === "building") return { state: "building" };
  if (said.state === "built" && "build" in said) return { state: "built", build: String(said.build) };
  if (said.state !== "failed" || !("errors" in said) || !Array.isArray(said.errors)) return null;
  return { state: "failed", errors: said.errors.map(String) };
}

/** Follows the builds of a development server until the function that it returns is called. */
export function followBuilds(url: string, say: (state: BuildState) => void): () => void {
  const source = new EventSource(`${url}/__mullion/changes`);
  source.onmessage = ({ data }: MessageEvent<unknown>) => {
    const state = parse(data);
    if (state !== null) say(state);
  };
  source.onerror = () => {
    say({ state: "away" });
  };
  return () => {
    source.close();
  };
}
