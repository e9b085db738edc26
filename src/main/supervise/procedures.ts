/** Supervise's part of the contract: for the person. Agents reach proposals through MCP only. */
import { implementing } from "../transport/implementing.ts";
import type { Proposals } from "./proposals.ts";

export function superviseProcedures(proposals: Proposals) {
  const { supervise } = implementing;
  return supervise.router({
    watch: supervise.watch.handler(({ signal }) => proposals.list.watch(signal)),
    decide: supervise.decide.handler(({ input }) => proposals.decide(input.id, input.decision)),
    audit: supervise.audit.handler(({ input }) => proposals.audit(input.bottleId, input.lines)),
  });
}
