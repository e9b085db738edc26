/** An answer as it is being written. Pure. */
import type { Ask, Proposal, ProposalDecision } from "#shared/contract/supervise.ts";
import { type ReachDraft, type ReachProblems, reachOf, reachProblems } from "../gateway/reach-draft.ts";

export type Scope = "bottle" | "workspace" | "always";

export type Reply = ReachDraft & {
  scope: Scope;
  /** The capability, or the decision in the person's own words. */
  words: string;
  note: string;
};

/** `runs`: its bottle does; a rule for it alone would be of no use otherwise. */
export function replyTo({ ask }: Pick<Proposal, "ask">, runs: boolean): Reply {
  const host = ask.kind === "host" ? ask : { host: "", ports: [], methods: [], paths: [] };
  return {
    host: host.host,
    ports: host.ports.join(", "),
    methods: host.methods.join(", "),
    paths: host.paths.join(" "),
    scope: runs ? "bottle" : "workspace",
    words: ask.kind === "capability" ? ask.capability : "",
    note: "",
  };
}

/** For whom a host can be allowed. */
export function scopesFor(runs: boolean): { value: Scope; label: string }[] {
  return [
    ...(runs ? [{ value: "bottle", label: "This bottle" } as const] : []),
    { value: "workspace", label: "This workspace" },
    { value: "always", label: "Every bottle" },
  ];
}

export type ReplyProblems = ReachProblems & { words?: string };

export function problemsOf(ask: Ask, reply: Reply): ReplyProblems {
  if (ask.kind === "host") return reachProblems(reply);
  if (reply.words.trim() !== "") return {};
  return { words: ask.kind === "decision" ? "What do you decide?" : "What do you grant?" };
}

/** Of a reply without problems. */
export function decisionOf(ask: Ask, reply: Reply): ProposalDecision {
  const { note, scope } = reply;
  if (ask.kind === "capability") return { type: "capability", capability: reply.words.trim(), note };
  if (ask.kind === "decision") return { type: "decision", decision: reply.words.trim(), note };
  return { type: "host", reach: reachOf(reply), scope, note };
}
