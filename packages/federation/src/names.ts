/** Federation container name of the host. */
export const hostContainer = "mullion_shell";

/** Path, in a version, of the list of hashes that the build of a remote writes: what its code may load later. */
export const hashListPath = "_next/static/chunks/integrity.json";

/** Container of a remote's development build: one name, since a page shows one build at a time. */
export function developmentContainer(remote: string): string {
  return `${remote.replaceAll("-", "_")}_development`;
}
