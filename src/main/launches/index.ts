/** Launches: agent programs started in workspaces. */
export { composeLaunches } from "./compose.ts";
export type { EnclosedStart, Enclosure } from "./enclosure.ts";
export { launchesProcedures } from "./procedures.ts";
export { Launches } from "./service.ts";
export { startFolder } from "./start-folder.ts";
export type { Started } from "./starter.ts";
export {
  launchesSchema,
  launchFolderSchema,
  launchIsolationSchema,
  launchReachSchema,
  launchTokensSchema,
} from "./store.ts";
