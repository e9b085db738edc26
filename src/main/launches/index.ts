/** Launches: agent programs started in workspaces. */
export { composeLaunches } from "./compose.ts";
export type { EnclosedStart, Enclosure } from "./enclosure.ts";
export { launchesProcedures } from "./procedures.ts";
export { Launches, type Started } from "./service.ts";
export { launchesSchema, launchIsolationSchema, launchReachSchema, launchTokensSchema } from "./store.ts";
