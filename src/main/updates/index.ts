/** Updates: where new versions come from, and how they take the place of the running one. */
export { type Installation, installationOf } from "./installation.ts";
export { updatesProcedures } from "./procedures.ts";
export { Updates } from "./service.ts";
