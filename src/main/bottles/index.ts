/** Bottles: agent programs in isolated environments, and what makes those. */

export {
  type BackendPlan,
  type BottleBackend,
  type BottleSpec,
  guestTrust,
  type HomeFile,
  type InsideCommand,
  type RunningBottle,
} from "./backend.ts";
export {
  type BottlePlace,
  type BottleReach,
  type BottleService,
  type BottleServices,
  type BrokeredHost,
  type BrokeredProvider,
  gitSettingsEnvironment,
  JoinedServices,
  type OpenService,
  type OpenServices,
  type PlannedService,
} from "./bottle-services.ts";
export { Bubblewrap, readGitConfig } from "./bubblewrap/index.ts";
export { composeBottles } from "./compose.ts";
export { Docker } from "./docker/index.ts";
export type { EgressRoute, GitPushRules } from "./manifests/schema.ts";
export { OpenSandbox } from "./opensandbox/index.ts";
export { bottlesProcedures } from "./procedures.ts";
export { bottlesSchema } from "./record.ts";
export { Bottles } from "./service.ts";
export { Smolmachines } from "./smolmachines/index.ts";
