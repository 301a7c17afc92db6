export { type Artifact, packBuild } from "./artifact/pack.ts";
export { type Deployment, type DeployOptions, deploy } from "./deploy.ts";
export { type CliCode, CliError } from "./errors.ts";
export { type DelegationOrder, ensureDelegated } from "./keys/delegate.ts";
