/** The git gate's part of the contract. */
import { implementing } from "../transport/implementing.ts";
import type { GitGates } from "./service.ts";

const { gitGate } = implementing;

export function gitGateProcedures(gates: GitGates) {
  return gitGate.router({
    watch: gitGate.watch.handler(({ input, signal }) =>
      gates.events.watch(signal, ({ bottleId }) => input.bottleId === undefined || bottleId === input.bottleId),
    ),
    approve: gitGate.approve.handler(({ input }) => {
      gates.approve(input.id);
      return {};
    }),
    refuse: gitGate.refuse.handler(({ input }) => {
      gates.refuse(input.id);
      return {};
    }),
  });
}
