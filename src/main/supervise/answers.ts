/** From what a person chose to what it means: pure, so that nothing is allowed but what was seen. */
import { type GatewayRuleFields, type GatewayScope, gatewayRuleFields } from "#shared/contract/gateway.ts";
import type { Ask, Proposal, ProposalAnswer, ProposalDecision, ProposalState } from "#shared/contract/supervise.ts";
import { Failure } from "#shared/failure.ts";
import { hostAsk } from "./asks.ts";

export type Answered = {
  state: Exclude<ProposalState, "pending">;
  answer: ProposalAnswer;
  /** Rule of the gateway that makes it true. */
  rule: { fields: GatewayRuleFields; scope: GatewayScope } | null;
};

/** Throws `invalid_input` for an answer that does not fit what was asked, or a host that is none. */
export function answerTo(
  proposal: Pick<Proposal, "ask" | "bottleId" | "workspaceId">,
  decision: ProposalDecision,
): Answered {
  const { ask } = proposal;
  const at = new Date().toISOString();
  const nothing = { at, note: decision.note.trim(), granted: null, decision: null, scope: null, ruleId: null };
  if (decision.type === "reject") return { state: "rejected", answer: nothing, rule: null };
  if (decision.type !== ask.kind) {
    throw new Failure("invalid_input", `This asks for a ${ask.kind}, and the answer is about a ${decision.type}`);
  }
  switch (decision.type) {
    case "host": {
      const granted = hostAsk(decision.reach);
      const { kind: _, ...reach } = granted as Extract<Ask, { kind: "host" }>;
      return {
        state: same(granted, ask) ? "approved" : "modified",
        answer: { ...nothing, granted, scope: decision.scope },
        rule: { fields: gatewayRuleFields.parse(reach), scope: scopeOf(decision.scope, proposal) },
      };
    }
    case "capability": {
      const granted = { ...(ask as Extract<Ask, { kind: "capability" }>), capability: decision.capability.trim() };
      return { state: same(granted, ask) ? "approved" : "modified", answer: { ...nothing, granted }, rule: null };
    }
    case "decision": {
      const { options } = ask as Extract<Ask, { kind: "decision" }>;
      const words = decision.decision.trim();
      // Where nothing was offered, any words are the answer that was asked for.
      const offered = options.length === 0 || options.includes(words);
      return { state: offered ? "approved" : "modified", answer: { ...nothing, decision: words }, rule: null };
    }
  }
}

function scopeOf(
  type: GatewayScope["type"],
  { bottleId, workspaceId }: Pick<Proposal, "bottleId" | "workspaceId">,
): GatewayScope {
  if (type === "always") return { type };
  return type === "bottle" ? { type, bottleId } : { type, workspaceId };
}

function same(one: Ask, other: Ask): boolean {
  return JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(other).sort());
}
