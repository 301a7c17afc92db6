export * from "./errors.ts";
export { startTestServers, type TestServers } from "./test-servers.ts";
