/** Notifications: what a person is told when they are not looking. They never contain a program's output. */
import { z } from "zod";
import {
  cellId,
  done,
  jobId,
  liveList,
  notificationId,
  procedure,
  terminalId,
  timestamp,
  workspaceId,
} from "./base.ts";
import { gatewayDecisionId } from "./gateway.ts";
import { gitGateEventId } from "./git-gate.ts";
import { proposalId } from "./supervise.ts";

export const notificationKind = z.enum([
  "cell-done",
  "cell-timeout",
  "cell-error",
  /** `k notify`, or a script. */
  "notify",
  /** A program asked for it: OSC 9, 99, 777. */
  "program",
  "bell",
  /** A launched program has come to this state: {@link ActivityState}. */
  "agent-waiting",
  "agent-permission",
  "agent-done",
  "agent-failed",
  "terminal-ended",
  "job-ended",
  /** A bottle wants to reach a host that is on no rule, and waits for an answer. */
  "gateway-asks",
  /** A bottle has used what it may: the next request to its provider is refused. */
  "broker-limit",
  /** A program in a bottle asks the person for a host, a capability or a decision. */
  "bottle-asks",
  /** A push of a bottle waits for an answer. */
  "git-push-asks",
]);
export type NotificationKind = z.infer<typeof notificationKind>;

/** How that is which it tells of: what its sign says, beside its words. `unknown`: told by a Cellar that did not keep it. */
export const notificationState = z.enum([
  "waiting",
  "permission",
  "held",
  "done",
  "failed",
  "cancelled",
  "lost",
  "unknown",
]);
export type NotificationState = z.infer<typeof notificationState>;

/** What a person can do where the notification stands, without opening what it is about. Words and kinds: `#shared/notifications/actions.ts`. */
export const notificationAction = z.enum([
  /** Ctrl-C to the cell that holds the terminal. */
  "interrupt",
  /** What a detector found passes this once. */
  "allow-once",
  /** The host, for the bottle that asked. */
  "allow-bottle",
  "allow-workspace",
  /** Yes to exactly what was asked. */
  "approve",
  "refuse",
]);
export type NotificationAction = z.infer<typeof notificationAction>;

/** What it is about besides a terminal, a cell and a workspace. */
export const notificationSubject = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("decision"), id: gatewayDecisionId }),
  z.strictObject({ type: z.literal("proposal"), id: proposalId }),
  z.strictObject({ type: z.literal("push"), id: gitGateEventId }),
  z.strictObject({ type: z.literal("job"), id: jobId, failed: z.boolean() }),
]);
export type NotificationSubject = z.infer<typeof notificationSubject>;

export const notification = z.strictObject({
  id: notificationId,
  kind: notificationKind,
  state: notificationState,
  title: z.string(),
  body: z.string(),
  /** Where a click leads. */
  terminalId: terminalId.nullable(),
  cellId: cellId.nullable(),
  workspaceId: workspaceId.nullable(),
  about: notificationSubject.nullable(),
  /** What can still be done from it; none when it is answered. */
  actions: z.array(notificationAction),
  createdAt: timestamp,
  seenAt: timestamp.nullable(),
  /** Whether it was shown outside the window (not when paused, switched off, or the person was looking at it). */
  shown: z.boolean(),
});
export type Notification = z.infer<typeof notification>;

export const notifications = {
  watch: procedure.input(z.strictObject({})).output(liveList(notification)),
  /** One id, or all of a terminal, or everything. */
  markSeen: procedure
    .input(z.strictObject({ id: notificationId.optional(), terminalId: terminalId.optional() }))
    .output(done),
  /** Does it, through what the action stands for elsewhere. `conflict` when it was answered already or cannot be done any more. */
  act: procedure.input(z.strictObject({ id: notificationId, action: notificationAction })).output(done),
  clear: procedure.input(z.strictObject({})).output(done),
  /** What the calling window shows: its focus, and the terminals in view. Held until the window's connection ends. */
  setView: procedure
    .input(z.strictObject({ focused: z.boolean(), terminalIds: z.array(terminalId).max(100) }))
    .output(done),
  /** Nothing is shown outside the window until then; 0 ends a pause. */
  pause: procedure
    .input(z.strictObject({ minutes: z.int().min(0).max(1440) }))
    .output(z.strictObject({ pausedUntil: timestamp.nullable() })),
};
