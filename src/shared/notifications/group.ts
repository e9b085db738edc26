/** Several notifications of one kind in one sentence. */
import type { Notification, NotificationKind } from "../contract/notifications.ts";

/** For two and more. */
const sentences: Record<NotificationKind, (count: string) => string> = {
  "cell-done": (count) => `${count} cells finished`,
  "cell-timeout": (count) => `${count} cells run past their limit`,
  "cell-error": (count) => `${count} cells ended with an error`,
  notify: (count) => `${count} messages from scripts`,
  program: (count) => `${count} programs ask for attention`,
  bell: (count) => `${count} terminals ring`,
  "agent-waiting": (count) => `${count} agents wait for you`,
  "agent-permission": (count) => `${count} agents ask for permission`,
  "agent-done": (count) => `${count} agents are done`,
  "agent-failed": (count) => `${count} agents failed`,
  "terminal-ended": (count) => `${count} terminals ended`,
  "job-ended": (count) => `${count} jobs ended`,
  "gateway-asks": (count) => `${count} hosts are asked for`,
  "broker-limit": (count) => `${count} bottles have reached their limit`,
  "bottle-asks": (count) => `${count} questions from bottles`,
  "git-push-asks": (count) => `${count} pushes wait for you`,
};

/** These say something of a terminal, so that two of one terminal are the same thing said again; of the others each is one. */
const ofTerminals: ReadonlySet<NotificationKind> = new Set([
  "program",
  "bell",
  "agent-waiting",
  "agent-permission",
  "agent-done",
  "agent-failed",
  "terminal-ended",
  "broker-limit",
]);

/** How many different things these of one kind say. */
export function differentOf(notes: readonly Notification[]): number {
  return new Set(notes.map(({ id, kind, terminalId }) => (ofTerminals.has(kind) && terminalId) || id)).size;
}

/** How many ended badly is said where a kind tells of ends of either sort. */
export function groupTitle(kind: NotificationKind, notes: readonly Notification[]): string {
  const sentence = sentences[kind](String(differentOf(notes)));
  const failed = ofEitherEnd.has(kind) ? differentOf(notes.filter(({ state }) => state === "failed")) : 0;
  return failed === 0 ? sentence : `${sentence}, ${failed} failed`;
}

const ofEitherEnd: ReadonlySet<NotificationKind> = new Set(["cell-done", "terminal-ended", "job-ended"]);

/** Titles that stand for all, without repeating one: `api · claude, web · codex and 3 more`. */
export function groupBody(titles: readonly string[]): string {
  const different = [...new Set(titles)];
  const named = different.slice(0, 4).join(", ");
  return different.length > 4 ? `${named} and ${different.length - 4} more` : named;
}
