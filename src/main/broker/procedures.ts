/** The broker's part of the contract. */
import { implementing } from "../transport/implementing.ts";
import type { Broker } from "./service.ts";
import { limitsOf } from "./usage/money.ts";

export function brokerProcedures(service: Broker) {
  const { broker } = implementing;
  return broker.router({
    watch: broker.watch.handler(({ signal }) => service.ledger.list.watch(signal)),
    watchRequests: broker.watchRequests.handler(({ input, signal }) => service.ledger.requests(input.id).watch(signal)),
    history: broker.history.handler(({ input }) => service.ledger.history(input.id)),
    setLimits: broker.setLimits.handler(({ input }) => service.limit(input.id, limitsOf(input.limits))),
  });
}
