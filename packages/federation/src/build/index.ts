export { withHost } from "./with-host.ts";
export { withRemote } from "./with-remote.ts";
