/** Launches: agent programs started in workspaces. */
export { launchesProcedures } from "./procedures.ts";
export { Launches, type LaunchesParts, type Started, type StartRequest } from "./service.ts";
export { launchesSchema, launchReachSchema, launchTokensSchema } from "./store.ts";
export type { LaunchTerminals } from "./terminals.ts";
