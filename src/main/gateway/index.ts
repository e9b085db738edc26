/** The only way out of a bottle for what is not brokered: default deny, every decision seen. */

export { composeGateways } from "./compose.ts";
export { gatewayDecisionsSchema } from "./decision-log.ts";
export { readPattern } from "./hosts.ts";
export { gatewayProcedures } from "./procedures.ts";
export { gatewayRulesSchema } from "./rule-store.ts";
export { type GatewayOptions, Gateways, type HostAsked } from "./service.ts";
