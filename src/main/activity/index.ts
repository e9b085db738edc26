/** Activity: what launched programs are doing, as the terminal host says it. */
export { activitiesProcedures } from "./procedures.ts";
export { Activities, type ActivityChange } from "./service.ts";
