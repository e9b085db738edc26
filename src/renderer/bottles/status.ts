/** A bottle's state in the language of states. */
import type { Bottle } from "#shared/contract/bottles.ts";
import type { BrokerUsage } from "#shared/contract/broker.ts";
import type { Status } from "#shared/states.ts";

export function isOver({ state }: Pick<Bottle, "state">): boolean {
  return state === "ended" || state === "failed";
}

export function bottleStatus({ state, startedAt, endedAt, problem }: Bottle): Status {
  const since = { kind: "since", at: startedAt } as const;
  switch (state) {
    case "starting":
      return { state: "working", words: "Starting", time: since };
    case "running":
      return { state: "running", words: "Running", time: since };
    case "ended":
      return { state: "done", words: "Ended", ...(endedAt ? { time: { kind: "at", at: endedAt } as const } : {}) };
    case "failed":
      return { state: "failed", words: "Not started", ...(problem ? { evidence: problem.message } : {}) };
    case "unknown":
      return { state: "unknown", words: "Unknown", ...(problem ? { evidence: problem.message } : {}) };
  }
}

/**
 * How the agent in it is, which is what a person looks for in a list; how the bottle is, where nothing is known of the agent. One that has used
 * what it may waits for the person, whatever else it does.
 */
export function agentStatus(bottle: Bottle, terminal: Status | undefined, usage: BrokerUsage | undefined): Status {
  const own = bottleStatus(bottle);
  if (bottle.state !== "running") return own;
  if (usage?.open && usage.reached !== null) {
    return { state: "permission", words: "Reached its limit", evidence: usage.reached };
  }
  return terminal !== undefined && terminal.state !== "unknown" ? terminal : own;
}
