/** What the actions of notifications are called, wherever they stand. */
import type { NotificationAction } from "../contract/notifications.ts";

/** `failed` begins the sentence that says why not. */
export const actionWords: Record<NotificationAction, { label: string; failed: string }> = {
  interrupt: { label: "Interrupt", failed: "Could not interrupt it" },
  "allow-once": { label: "Let pass once", failed: "Could not let it pass" },
  "allow-bottle": { label: "Allow in bottle", failed: "Could not allow it" },
  "allow-workspace": { label: "Allow in workspace", failed: "Could not allow it" },
  approve: { label: "Approve", failed: "Could not approve it" },
  refuse: { label: "Refuse", failed: "Could not refuse it" },
};
