/** Activity: what launched programs are doing, as the terminal host says it. */

export { composeActivities, composeBottleHooks } from "./compose.ts";
export { activitiesProcedures } from "./procedures.ts";
export { Activities } from "./service.ts";
