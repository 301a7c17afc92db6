/** Federation container name of the host. */
export const hostContainer = "mullion_shell";

/** Path, in a version, of the list of hashes that the build of a remote writes: what its code may load later. */
export const hashListPath = "_next/static/chunks/integrity.json";
