/** What tray, dock and task bar say: counts, and the first of what runs or needs the person. Pure. */
import type { Activity } from "#shared/contract/activities.ts";
import type { Cell } from "#shared/contract/cells.ts";
import type { Notification } from "#shared/contract/notifications.ts";
import type { Terminal } from "#shared/contract/terminals.ts";
import { newestUnseen } from "#shared/notifications/unseen.ts";
import { needsYou, type Status, terminalStatus } from "#shared/states.ts";
import type { ActiveTerminal, Attention } from "../desktop.ts";
import { finalStates } from "../terminals/index.ts";
import { titleOf } from "./text.ts";

export type AttentionFacts = {
  terminals: readonly Terminal[];
  notifications: readonly Notification[];
  activityOf: (terminalId: string) => Activity | undefined;
  heldCell: (terminalId: string) => Cell | undefined;
  limitOf: (bottleId: string) => string | null;
  workspaceName: (id: string) => string | null;
};

/** A menu with more is a list nobody reads; its last entry leads to all. */
const mostActive = 10;

export function attentionOf({ terminals, notifications, ...facts }: AttentionFacts): Attention {
  const unseen = notifications.filter(({ seenAt }) => seenAt === null);
  const newest = newestUnseen(unseen);
  const looked = terminals.map((terminal) => {
    const note = newest.get(terminal.id);
    const { bottleId } = terminal.owner;
    const context = {
      activity: facts.activityOf(terminal.id),
      unseen: note,
      heldCell: facts.heldCell(terminal.id),
      limit: (bottleId === undefined ? null : facts.limitOf(bottleId)) ?? undefined,
    };
    const status = terminalStatus(terminal, context);
    return { terminal, status, needed: needsYou(status, note !== undefined) };
  });
  const alive = looked.filter(({ terminal }) => !finalStates.has(terminal.state));
  const failed = looked.filter(({ status: { state }, needed }) => needed && (state === "failed" || state === "lost"));
  const failedJobs = unseen.filter(({ about }) => about?.type === "job" && about.failed);
  const needed = looked.filter((each) => each.needed);
  // What bottles wait for: a question, a host, a push.
  const asks = notifications.filter(({ terminalId, actions }) => terminalId === null && actions.length > 0).length;
  return {
    running: alive.length,
    needsYou: needed.length + asks,
    asking: needed.filter(({ status: { state } }) => state !== "failed" && state !== "lost").length + asks,
    failed: failed.length + failedJobs.length,
    unseen: unseen.length,
    active: looked
      .filter(({ terminal, needed }) => needed || !finalStates.has(terminal.state))
      .sort((a, b) => rank(a) - rank(b) || b.terminal.createdAt.localeCompare(a.terminal.createdAt))
      .slice(0, mostActive)
      .map(({ terminal, status, needed }): ActiveTerminal => {
        const workspaceId = terminal.owner.workspaceId ?? null;
        const label = titleOf(terminal, terminal.id, workspaceId ? facts.workspaceName(workspaceId) : null);
        const { state } = status;
        return { id: terminal.id, workspaceId, label, state, words: plainWords(status), needsYou: needed };
      }),
  };
}

/** What waits for the person comes before what went wrong. */
function rank({ needed, status: { state } }: { needed: boolean; status: Status }): number {
  if (needed && state === "permission") return 0;
  if (needed) return state === "failed" || state === "lost" ? 2 : 1;
  if (state === "done-unseen") return 3;
  return state === "working" ? 4 : 5;
}

/** What a program says of itself belongs on its own page, not into a menu that opens over whatever is being shown to others. */
function plainWords({ state, words }: Status): string {
  switch (state) {
    case "permission":
      return words.startsWith("Asks:") ? "Asks for permission" : words;
    case "waiting":
      return "Waiting for you";
    case "failed":
      return "Failed";
    default:
      return words;
  }
}
