/** Bottles: agent programs in isolated environments, and what makes those. */
export { type BottleBackend, guestTrust, type HomeFile, type RunningBottle, type ServicePort } from "./backend.ts";
export {
  type BottlePlace,
  type BottleReach,
  type BottleService,
  type BottleServices,
  JoinedServices,
  type OpenService,
  type OpenServices,
  type PlannedService,
} from "./bottle-services.ts";
export { Bubblewrap, readGitConfig } from "./bubblewrap/index.ts";
export { Cleanup } from "./cleanup.ts";
export { Inside } from "./inside.ts";
export { OpenSandbox } from "./opensandbox/index.ts";
export { bottlesProcedures } from "./procedures.ts";
export { bottlesSchema } from "./record.ts";
export { Bottles, type BottlesParts } from "./service.ts";
export { Smolmachines } from "./smolmachines/index.ts";
