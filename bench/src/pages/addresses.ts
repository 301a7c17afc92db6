/** Ports of the platform that is measured begin here. */
export const portBase = 28_000;
/** Where browsers believe the shell to be. They are led to the edge in front of it. */
export const shellOrigin = `http://localhost:${portBase}`;
/** nginx in front of the shell and the registry. Its numeric name is the artifacts' origin. */
export const edgePort = 28_500;
/** nginx in front of the monolith. */
export const monolithPort = 28_600;
export const monolithOrigin = `http://localhost:${monolithPort}`;
