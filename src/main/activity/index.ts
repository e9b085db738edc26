/** Activity: what launched programs are doing, as the terminal host says it. */
export { BottleHooks, type BottleHooksParts } from "./bottle-hooks.ts";
export { activitiesProcedures } from "./procedures.ts";
export { Activities, type ActivityChange } from "./service.ts";
