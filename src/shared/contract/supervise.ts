/**
 * Supervise: what agent programs in bottles ask the person for: a host, a capability or a decision. A proposal waits until it is answered, however
 * long that takes and whatever is restarted meanwhile; its bottle's removal takes it along.
 */
import { z } from "zod";
import { bottleId, launchId, liveList, procedure, timestamp, workspaceId } from "./base.ts";
import { gatewayRuleFields, gatewayRuleId } from "./gateway.ts";

export const proposalId = z.string().regex(/^prop-[0-9a-f]{12}$/, "a proposal id is prop- and 12 hex digits");

/** Requests to a host, in the gateway's own terms. Empty lists: 443 and 80, every method, every path. */
export const hostReach = gatewayRuleFields.pick({ host: true, ports: true, methods: true, paths: true });
export type HostReach = z.infer<typeof hostReach>;

/** What is asked for. All text is the agent's, without control characters other than line breaks. */
export const ask = z.discriminatedUnion("kind", [
  hostReach.extend({ kind: z.literal("host") }),
  z.strictObject({
    kind: z.literal("capability"),
    /** What it wants to be able to do. */
    capability: z.string(),
    /** The change it proposes, to a manifest or a Dockerfile; empty when it proposes none. */
    change: z.string(),
  }),
  z.strictObject({
    kind: z.literal("decision"),
    question: z.string(),
    /** Empty: any answer. */
    options: z.array(z.string()),
  }),
]);
export type Ask = z.infer<typeof ask>;

/** For whom a host is allowed. */
export const grantScope = z.enum(["bottle", "workspace", "always"]);

/** `modified`: yes, in another way than was asked for. */
export const proposalState = z.enum(["pending", "approved", "modified", "rejected"]);
export type ProposalState = z.infer<typeof proposalState>;

export const proposalAnswer = z.strictObject({
  at: timestamp,
  /** The person's own words to the agent. */
  note: z.string(),
  /** What was granted, where that is a host or a capability. */
  granted: ask.nullable(),
  /** What was decided, where that was asked. */
  decision: z.string().nullable(),
  /** For whom a host was allowed, and by which rule of the gateway. */
  scope: grantScope.nullable(),
  ruleId: gatewayRuleId.nullable(),
});
export type ProposalAnswer = z.infer<typeof proposalAnswer>;

export const proposal = z.strictObject({
  id: proposalId,
  bottleId,
  /** The bottle's. */
  label: z.string(),
  workspaceId,
  launchId,
  programName: z.string(),
  ask,
  /** Why, in the agent's words. */
  reason: z.string(),
  state: proposalState,
  answer: proposalAnswer.nullable(),
  createdAt: timestamp,
});
export type Proposal = z.infer<typeof proposal>;

const note = z.string().max(2_000).default("");

/** How a proposal is answered. What was changed in it makes the answer `modified`. */
export const proposalDecision = z.discriminatedUnion("type", [
  /** A rule of the gateway is made, and counts at once. `bottle` only while the bottle runs. */
  z.strictObject({
    type: z.literal("host"),
    reach: hostReach,
    scope: grantScope,
    note,
  }),
  /** Nothing is changed by this: the agent is told that the person grants it with the next launch. */
  z.strictObject({ type: z.literal("capability"), capability: z.string().min(1).max(2_000), note }),
  /** One of the options, or other words. */
  z.strictObject({ type: z.literal("decision"), decision: z.string().min(1).max(2_000), note }),
  z.strictObject({ type: z.literal("reject"), note }),
]);
export type ProposalDecision = z.infer<typeof proposalDecision>;

/** A line of the audit log. */
export const auditEntry = z.strictObject({
  at: timestamp,
  event: z.enum(["asked", "approved", "modified", "rejected"]),
  proposal: proposal.omit({ state: true }),
});
export type AuditEntry = z.infer<typeof auditEntry>;

export const supervise = {
  /** Oldest first, answered ones too. */
  watch: procedure.input(z.strictObject({})).output(liveList(proposal)),
  /** Answers a proposal, once: `conflict` when it was answered already. */
  decide: procedure.input(z.strictObject({ id: proposalId, decision: proposalDecision })).output(proposal),
  /** What was asked and answered, the latest last, also by bottles that are forgotten. */
  audit: procedure
    .input(z.strictObject({ bottleId: bottleId.optional(), lines: z.int().min(1).max(10_000).default(200) }))
    .output(z.strictObject({ path: z.string(), entries: z.array(auditEntry) })),
};
