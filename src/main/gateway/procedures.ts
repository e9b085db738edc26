/** The gateway's part of the contract. */
import { implementing } from "../transport/implementing.ts";
import type { Gateways } from "./service.ts";

const { gateway } = implementing;

export function gatewayProcedures(gateways: Gateways) {
  return gateway.router({
    watch: gateway.watch.handler(({ signal }) => gateways.list.watch(signal)),
    watchDecisions: gateway.watchDecisions.handler(({ input, signal }) =>
      gateways.decisions.watch(signal, ({ bottleId }) => input.bottleId === undefined || bottleId === input.bottleId),
    ),
    watchRules: gateway.watchRules.handler(({ signal }) => gateways.rules.watch(signal)),
    addRule: gateway.addRule.handler(({ input: { scope, ...fields } }) => gateways.addRule(fields, scope)),
    removeRule: gateway.removeRule.handler(({ input }) => {
      gateways.removeRule(input.id);
      return {};
    }),
    allow: gateway.allow.handler(({ input }) => ({ rule: gateways.allow(input.decisionId, input.scope) })),
    refuse: gateway.refuse.handler(({ input }) => {
      gateways.refuse(input.decisionId);
      return {};
    }),
  });
}
