/**
 * The broker as others see it. A bottle backend opens a listener for its bottle, gives the agent the addresses of its routes and the sentinel,
 * and closes it with the bottle; main restores what was open when it starts again. Nothing here ever returns a secret.
 */

export type { BrokerEvent, BrokerListener } from "./broker-listener.ts";
export { composeBroker } from "./compose.ts";
export { downwardHeaders } from "./exchange.ts";
export { isCredentialQuery, isOverriding, passesUp } from "./header-rules.ts";
export { brokerLedgerSchema } from "./ledger.ts";
export { hostsOfLent } from "./lent-sign-in.ts";
export { brokerProcedures } from "./procedures.ts";
export { type Providers, readProviders } from "./providers.ts";
export { decodersOf } from "./redaction/decoding.ts";
export { EventRedactor } from "./redaction/event-redactor.ts";
export { formsOf } from "./redaction/forms.ts";
export { framingOf, ServerFrames } from "./redaction/framing.ts";
export { Redactor, Redactors } from "./redaction/redactor.ts";
export { redacting } from "./redaction/stream.ts";
export { type NewRoute, type Route, routeSchema } from "./route.ts";
export { withCredential } from "./sentinel.ts";
export { Broker, type BrokerParts } from "./service.ts";
export { readSignIn, sentinelFile } from "./sign-in/files.ts";
export { brokerSchema, type Owner } from "./store.ts";
export type { Totals } from "./usage/meter.ts";
