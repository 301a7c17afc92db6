export type { DemoAccount } from "./accounts.ts";
export type { AppName } from "./apps.ts";
export { deletePlatformData } from "./delete-data.ts";
export * from "./errors.ts";
export { freePort } from "./free-port.ts";
export { type Platform, type PlatformOptions, startPlatform } from "./platform.ts";
export type { PartName, Ports } from "./ports.ts";
export type { ProcessEvent, SupervisedProcess } from "./supervised-process.ts";
