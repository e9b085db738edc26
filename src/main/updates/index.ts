/** Updates: where new versions come from, and how they take the place of the running one. */
export { composeUpdates } from "./compose.ts";
export { updatesProcedures } from "./procedures.ts";
