/** Which actions a notification of each kind may carry, and what they are called wherever they stand. */
import type { NotificationAction, NotificationKind } from "../contract/notifications.ts";

/** In the order of their buttons: what most people want first. Which of them one carries depends on what it is about. */
export const actionsOfKind: Record<NotificationKind, readonly NotificationAction[]> = {
  "cell-done": [],
  "cell-timeout": ["interrupt"],
  "cell-error": [],
  notify: [],
  program: [],
  bell: [],
  "agent-waiting": [],
  "agent-permission": [],
  "agent-done": [],
  "agent-failed": [],
  "terminal-ended": [],
  "job-ended": [],
  "gateway-asks": ["allow-once", "allow-bottle", "allow-workspace", "refuse"],
  "broker-limit": [],
  "bottle-asks": ["allow-bottle", "allow-workspace", "approve", "refuse"],
  "git-push-asks": ["approve", "refuse"],
};

/** `failed` begins the sentence that says why not. */
export const actionWords: Record<NotificationAction, { label: string; failed: string }> = {
  interrupt: { label: "Interrupt", failed: "Could not interrupt it" },
  "allow-once": { label: "Let pass once", failed: "Could not let it pass" },
  "allow-bottle": { label: "Allow in bottle", failed: "Could not allow it" },
  "allow-workspace": { label: "Allow in workspace", failed: "Could not allow it" },
  approve: { label: "Approve", failed: "Could not approve it" },
  refuse: { label: "Refuse", failed: "Could not refuse it" },
};
