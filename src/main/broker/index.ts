/**
 * The broker as others see it. A bottle backend opens a listener for its bottle, gives the agent the addresses of its routes and the sentinel,
 * and closes it with the bottle; main restores what was open when it starts again. Nothing here ever returns a secret.
 */

export { BottleBroker } from "./bottle-service.ts";
export type { BrokerEvent, BrokerListener } from "./broker-listener.ts";
export { type RunEnvironment, type RunEnvironmentParts, runEnvironment } from "./environment.ts";
export { downwardHeaders } from "./exchange.ts";
export { isCredentialQuery, isOverriding, passesUp } from "./header-rules.ts";
export { brokerLedgerSchema } from "./ledger.ts";
export { hostsOfLent } from "./lent-sign-in.ts";
export type { ListenAddress, ListenOn } from "./listen.ts";
export { brokerProcedures } from "./procedures.ts";
export { llmRoute, type Provider, type Providers, readProviders } from "./providers.ts";
export { decodersOf } from "./redaction/decoding.ts";
export { EventRedactor } from "./redaction/event-redactor.ts";
export { formsOf } from "./redaction/forms.ts";
export { framingOf, ServerFrames } from "./redaction/framing.ts";
export { Redactor } from "./redaction/redactor.ts";
export { redacting } from "./redaction/stream.ts";
export type { BrokerCounters } from "./request-log.ts";
export { gitRoute, mcpRoute, type NewRoute, type Route, routeSchema, upstreamOf } from "./route.ts";
export { withCredential } from "./sentinel.ts";
export { Broker, type BrokerParts, type OpenBroker } from "./service.ts";
export { readSignIn, type SignInFormat, sentinelFile } from "./sign-in/files.ts";
export type { VaultAccess } from "./sign-in/places.ts";
export { brokerSchema, type Owner } from "./store.ts";
export type { Limits, Totals } from "./usage/meter.ts";
