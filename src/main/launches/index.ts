/** Launches: agent programs started in workspaces. */
export type { EnclosedFile, EnclosedStart, Enclosure } from "./enclosure.ts";
export { launchesProcedures } from "./procedures.ts";
export { Launches, type LaunchesParts, type Started, type StartRequest } from "./service.ts";
export { launchesSchema, launchIsolationSchema, launchReachSchema, launchTokensSchema } from "./store.ts";
export type { LaunchTerminals } from "./terminals.ts";
