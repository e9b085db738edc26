/** Bottles: agent programs in isolated environments, and what makes those. */
export type { BottleBackend, RunningBottle, ServicePort } from "./backend.ts";
export type { BottleReach, BottleServices, OpenServices, PlannedServices } from "./bottle-services.ts";
export { Bubblewrap, readGitConfig } from "./bubblewrap/index.ts";
export { Cleanup } from "./cleanup.ts";
export { Inside } from "./inside.ts";
export { bottlesProcedures } from "./procedures.ts";
export { bottlesSchema } from "./record.ts";
export { Bottles, type BottlesParts } from "./service.ts";
