/** The git gate: bottles fetch and push through mirrors on the host, which alone has the keys. */

export { composeGitGates } from "./compose.ts";
export { gitGateSchema } from "./event-log.ts";
export { gitGateProcedures } from "./procedures.ts";
export { GitGates, type GitGatesParts } from "./service.ts";
