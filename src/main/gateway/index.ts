/** The only way out of a bottle for what is not brokered: default deny, every decision seen. */
export type { OpenedGateway, ProbeFacts } from "./bottle-gateway.ts";
export { BottleGateways } from "./bottle-service.ts";
export { gatewayDecisionsSchema } from "./decision-log.ts";
export { readPattern } from "./hosts.ts";
export type { Listen, Listening } from "./listeners.ts";
export { gatewayProcedures } from "./procedures.ts";
export { gatewayRulesSchema, ruleOfHost } from "./rule-store.ts";
export { type GatewayOptions, Gateways, type HostAsked } from "./service.ts";
