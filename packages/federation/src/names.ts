/** Federation container name of the host. */
export const hostContainer = "mullion_shell";
