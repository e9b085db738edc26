/** Supervise: what agents in bottles ask the person for, through MCP, and how it is answered. */

export { composeBottleSupervise, composeProposals } from "./compose.ts";
export { superviseProcedures } from "./procedures.ts";
export { Proposals } from "./proposals.ts";
export { superviseSchema } from "./store.ts";
