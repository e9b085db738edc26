/** Sending an answer, from wherever it was written. */
import { useCallback } from "react";
import type { Problem } from "#shared/contract/base.ts";
import type { Proposal, ProposalDecision } from "#shared/contract/supervise.ts";
import { problemFrom, useClient } from "../connection/index.ts";
import { notice, orNotice } from "../ui/index.ts";
import { answerLine, hostName } from "./words.ts";

/** Resolves to what kept it from being sent; null when the agent has its answer. */
export function useReply(): (proposal: Proposal, decision: ProposalDecision) => Promise<Problem | null> {
  const client = useClient();
  return useCallback(
    async ({ id, programName }, decision) => {
      let answered: Proposal;
      try {
        answered = await client.supervise.decide({ id, decision });
      } catch (thrown) {
        return problemFrom(thrown);
      }
      const { answer, state } = answered;
      const ruleId = answer?.ruleId;
      if (state === "rejected") notice({ kind: "done", text: `Refused; ${programName} is told` });
      else if (ruleId && answer.granted?.kind === "host") {
        const host = hostName(answer.granted);
        notice({
          kind: "done",
          text: `Allowed ${answerLine({ ...answered, answer: { ...answer, note: "" } })}`,
          action: {
            label: "Undo",
            run: () => void orNotice(`Could not undo ${host}`, client.gateway.removeRule({ id: ruleId })),
          },
        });
      } else notice({ kind: "done", text: `Answered; ${programName} is told` });
      return null;
    },
    [client],
  );
}
