/** Which notification about a terminal stands for all that nobody has seen. */
import type { Notification } from "../contract/notifications.ts";

/** The newest notification of each terminal that nobody has seen; one that asks for something wins over one that only reports. */
export function newestUnseen(notifications: readonly Notification[]): Map<string, Notification> {
  const newest = new Map<string, Notification>();
  for (const note of notifications) {
    if (note.seenAt !== null || note.terminalId === null) continue;
    const before = newest.get(note.terminalId);
    if (!before || asks(note) > asks(before) || (asks(note) === asks(before) && note.createdAt > before.createdAt)) {
      newest.set(note.terminalId, note);
    }
  }
  return newest;
}

function asks({ kind }: Notification): number {
  return kind === "program" || kind === "notify" || kind === "bell" ? 1 : 0;
}
