/**
 * The git gate: fetches and pushes of bottles, through a mirror on the host that alone has the keys. Everything it decided can be watched; what was
 * found in a push is named and never repeated.
 */
import { z } from "zod";
import { bottleId, done, liveList, procedure, timestamp, workspaceId } from "./base.ts";

export const gitGateEventId = z
  .string()
  .regex(/^gg-[0-9a-f]{12}$/, "the id of a push or fetch is gg- and 12 hex digits");

export const gitGateReason = z.enum([
  "passed",
  /** Of several refs upstream took only some. */
  "passed_partly",
  /** A name, a deletion or a rewriting that the rules do not allow, or something that upstream has changed meanwhile. */
  "not_allowed",
  /** A credential is in what was pushed: its shape, or a value of the vault. */
  "detected",
  /** Something is in it that cannot be looked into: an encrypted or unknown archive. */
  "opaque",
  "too_large",
  /** No valid pack, or not all of it. */
  "malformed",
  /** A person has to say yes, and has not yet. */
  "asks",
  "refused_by_person",
  /** Upstream could not be reached, or did not accept the key. */
  "unreachable",
  /** Upstream itself said no. */
  "refused_upstream",
  /** The vault is locked, so that nothing can be compared with its values. */
  "not_ready",
  /** The agent's git went away, or Cellar ended in the middle: what upstream has is found out with the next fetch. */
  "interrupted",
]);
export type GitGateReason = z.infer<typeof gitGateReason>;

export const gitGateUpdate = z.strictObject({
  /** `refs/heads/agent/fix`. */
  ref: z.string(),
  action: z.enum(["create", "update", "rewrite", "delete"]),
  old: z.string().nullable(),
  new: z.string().nullable(),
});
export type GitGateUpdate = z.infer<typeof gitGateUpdate>;

export const gitGateEvent = z.strictObject({
  id: gitGateEventId,
  bottleId,
  workspaceId,
  /** As the manifest names it. */
  repository: z.string(),
  at: timestamp,
  kind: z.enum(["fetch", "push"]),
  /**
   * `running`: looked at, or on its way to upstream. `waiting`: the agent's git is held until somebody answers. `pending`: it was told to come
   * back; an answer still counts. `approved`: a yes that waits for the agent to push the same again.
   */
  outcome: z.enum(["running", "waiting", "pending", "approved", "passed", "refused", "failed"]),
  reason: gitGateReason.nullable(),
  /** The reason in a sentence. */
  detail: z.string(),
  /** Empty for a fetch, and for a push that was refused by its names (`detail` has them). */
  updates: z.array(gitGateUpdate),
  commits: z.array(z.strictObject({ id: z.string(), subject: z.string() })),
  /** How many more there are than are listed. */
  moreCommits: z.int(),
  /** Null: binary. */
  files: z.array(z.strictObject({ path: z.string(), added: z.int().nullable(), removed: z.int().nullable() })),
  moreFiles: z.int(),
  /** Sent to the agent by a fetch; received from it by a push. */
  bytes: z.int(),
  /** How often just this happened in a row. */
  count: z.int(),
  /** A click can let it pass: `gitGate.approve`. */
  canApprove: z.boolean(),
  waitsUntil: timestamp.nullable(),
});
export type GitGateEvent = z.infer<typeof gitGateEvent>;

export const gitGate = {
  /** The latest fetches and pushes of one bottle or of all, oldest first, also of bottles that have ended. */
  watch: procedure.input(z.strictObject({ bottleId: bottleId.optional() })).output(liveList(gitGateEvent)),
  /**
   * Lets a push pass: now if it waits, else when the agent pushes the same commits again. Shapes of credentials in it are let pass too; values of the
   * vault never are.
   */
  approve: procedure.input(z.strictObject({ id: gitGateEventId })).output(done),
  /** The same commits are refused from now on. */
  refuse: procedure.input(z.strictObject({ id: gitGateEventId })).output(done),
};
