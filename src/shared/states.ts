/**
 * The one language of states: sign, colour role and words, the same in the window, the tray, a notification and `cellar ls`.
 * Pure: what is shown is decided from records only, and what is not known is not claimed.
 */
import type { Activity, ActivitySource } from "./contract/activities.ts";
import type { Cell } from "./contract/cells.ts";
import type { Job } from "./contract/jobs.ts";
import type { Notification } from "./contract/notifications.ts";
import type { Terminal } from "./contract/terminals.ts";
import type { Workspace } from "./contract/workspaces.ts";

export type State =
  | "working"
  | "running"
  | "ready"
  | "queued"
  | "waiting"
  | "permission"
  | "done-unseen"
  | "done"
  | "failed"
  | "cancelled"
  | "lost"
  | "held"
  | "unknown"
  | "isolated"
  | "not-isolated";

/** `accent`, `attention`, … are colour roles of the interface. */
export type Tone = "accent" | "attention" | "positive" | "negative" | "warning" | "muted";

/** What a state looks like as text, and the role of its colour. The window draws the same shapes. */
export const signs: Record<State, { sign: string; tone: Tone }> = {
  working: { sign: "●", tone: "accent" },
  running: { sign: "●", tone: "muted" },
  ready: { sign: "○", tone: "muted" },
  queued: { sign: "○", tone: "muted" },
  waiting: { sign: "◐", tone: "attention" },
  permission: { sign: "▲", tone: "attention" },
  "done-unseen": { sign: "✓", tone: "positive" },
  done: { sign: "✓", tone: "muted" },
  failed: { sign: "✕", tone: "negative" },
  cancelled: { sign: "⊘", tone: "muted" },
  lost: { sign: "?", tone: "warning" },
  held: { sign: "⏸", tone: "warning" },
  unknown: { sign: "◌", tone: "muted" },
  isolated: { sign: "▣", tone: "muted" },
  "not-isolated": { sign: "▢", tone: "warning" },
};

export type Status = {
  state: State;
  /** Sentence case, without a time. */
  words: string;
  /** A time that belongs to the words: it began then (`since`) or happened then (`at`). */
  time?: { kind: "since" | "at"; at: string };
  /** What the statement rests on, for hover. */
  evidence?: string;
  /** Who said so, and when. */
  source?: { words: string; at: string };
  /** Why it rests on less than it could. */
  note?: string;
  /** It is what whoever ran the cell, often an agent, wanted to know: it calls for nobody. */
  answer?: true;
};

export type TerminalContext = {
  /** The cell that holds it, where it is known. */
  heldCell?: Pick<Cell, "state" | "code" | "limitSeconds" | "startedAt"> | undefined;
  /** The newest notification about it that nobody has seen. */
  unseen?: Pick<Notification, "kind" | "state" | "title" | "body" | "createdAt"> | undefined;
  /** What its program is doing, if it is a launched one. */
  activity?: Activity | undefined;
  /** Why its bottle may use no more of its provider, whoever has seen that. */
  limit?: string | undefined;
};

type TerminalFacts = Pick<
  Terminal,
  "state" | "exitCode" | "heldCellId" | "createdAt" | "resolvedAt" | "updatedAt" | "pid" | "olderVersion"
>;

export function terminalStatus(terminal: TerminalFacts, context: TerminalContext = {}): Status {
  const { unseen } = context;
  const ended = { kind: "at", at: terminal.resolvedAt ?? terminal.updatedAt } as const;
  switch (terminal.state) {
    case "starting":
      return { state: "working", words: "Starting", time: { kind: "since", at: terminal.createdAt } };
    case "running":
      if (terminal.olderVersion !== undefined) {
        return {
          state: "running",
          words: `Runs in an older Cellar (${terminal.olderVersion})`,
          evidence: "It goes on there after the update. What it prints can be seen here when it has ended.",
        };
      }
      return aliveStatus(terminal, context);
    case "succeeded":
      return {
        state: unseen ? "done-unseen" : "done",
        words: "Done",
        time: ended,
        evidence: "The program ended with exit 0",
      };
    case "failed":
      return { state: "failed", words: `Failed: ${exitWords(terminal.exitCode)}`, time: ended };
    case "cancelled":
      return { state: "cancelled", words: "Stopped by you", time: ended };
    case "stream_lost":
      return {
        state: "lost",
        words: "Lost with the terminal host",
        time: ended,
        evidence: "The terminal host died. Whether the program still runs is not known; its output up to then is kept.",
      };
  }
}

function aliveStatus(terminal: TerminalFacts, { heldCell, unseen, activity, limit }: TerminalContext): Status {
  if (heldCell?.state === "timeout") {
    return {
      state: "held",
      words: `Still running past ${heldCell.limitSeconds} s`,
      time: { kind: "since", at: heldCell.startedAt },
      evidence: `Cell: ${firstLine(heldCell.code)}`,
    };
  }
  // Whatever it is doing, it gets no further without an answer.
  if (limit !== undefined) return { state: "permission", words: "Reached its limit", evidence: limit };
  if (activity && activity.state !== "unknown") return activityStatus(activity, unseen?.kind === "agent-done");
  const told = unseen && unseenStatus(unseen, terminal.heldCellId !== null);
  if (told) return told;
  if (terminal.heldCellId !== null) {
    return {
      state: "working",
      words: "Working",
      time: { kind: "since", at: heldCell?.startedAt ?? terminal.updatedAt },
      ...(heldCell ? { evidence: `Cell: ${firstLine(heldCell.code)}` } : {}),
    };
  }
  if (activity) return activityStatus(activity, false);
  return {
    state: "running",
    words: "Running",
    time: { kind: "since", at: terminal.createdAt },
    ...(terminal.pid === null ? {} : { evidence: `Process ${terminal.pid} runs` }),
  };
}

/** What a notification that nobody has seen says of its terminal; null where that is nothing. `held`: another cell holds it since. */
function unseenStatus(
  { kind, state, title, body, createdAt }: NonNullable<TerminalContext["unseen"]>,
  held: boolean,
): Status | null {
  const rest = { time: { kind: "at", at: createdAt } as const, evidence: body ? `${title}\n${body}` : title };
  if (kind === "bell") return { state: "waiting", words: "Rang", ...rest };
  if (kind === "program" || kind === "notify") {
    return { state: "waiting", words: title || "Asks for attention", ...rest };
  }
  if (held) return null;
  if (kind === "cell-done") {
    return state === "failed"
      ? { state: "failed", words: "Cell failed", ...rest, answer: true }
      : { state: "done-unseen", words: "Cell done", ...rest };
  }
  if (kind === "cell-error") {
    return state === "cancelled"
      ? { state: "cancelled", words: "Cell stopped", ...rest }
      : { state: "failed", words: "Cell ended with an error", ...rest };
  }
  return null;
}

const saidBy: Record<ActivitySource, string> = {
  exit: "From the end of its process",
  hook: "Said by its own hooks",
  sequence: "Said to its terminal",
  screen: "A guess from its screen",
  keys: "A guess from what you typed",
  none: "",
};

/** What a launched program that is alive is doing. `unseen`: nobody has looked since it was done. */
export function activityStatus(activity: Activity, unseen: boolean): Status {
  const { state, guess, since, at, evidence, source, degraded } = activity;
  const rest = {
    evidence,
    ...(source !== "none" && { source: { words: saidBy[source], at } }),
    ...(degraded !== null && { note: degraded }),
  };
  const began = { kind: "since", at: since } as const;
  const happened = { kind: "at", at: since } as const;
  switch (state) {
    case "working":
      return { state, words: guess ? "Looks as if it works" : "Working", time: began, ...rest };
    case "waiting":
      return { state, words: guess ? "Looks as if it waits for you" : "Waiting for you", time: began, ...rest };
    case "permission":
      return { state, words: guess ? "Looks as if it asks for permission" : `Asks: ${evidence}`, time: began, ...rest };
    case "done":
      return { state: unseen ? "done-unseen" : "done", words: "Done", time: happened, ...rest };
    case "failed":
      return { state, words: `Failed: ${lowerFirst(evidence)}`, time: happened, ...rest };
    case "unknown":
      return { state, words: "Unknown", time: began, ...rest };
  }
}

/** Whether a person should look at it: it asks, it is stuck, or it went wrong and nobody has seen that. */
export function needsYou({ state, answer }: Status, unseen: boolean): boolean {
  if (state === "waiting" || state === "permission" || state === "held") return true;
  return unseen && answer !== true && (state === "failed" || state === "lost");
}

/** `exit 1`, `signal 9`; null when it is not known. */
export function exitWords(exitCode: number | null): string {
  if (exitCode === null) return "exit status not known";
  return exitCode < 0 ? `signal ${-exitCode}` : `exit ${exitCode}`;
}

export function cellStatus(
  cell: Pick<Cell, "state" | "error" | "exitCode" | "startedAt" | "endedAt" | "limitSeconds">,
): Status {
  switch (cell.state) {
    case "running":
      return { state: "working", words: "Working", time: { kind: "since", at: cell.startedAt } };
    case "timeout":
      return {
        state: "held",
        words: `Still running past ${cell.limitSeconds} s`,
        time: { kind: "since", at: cell.startedAt },
        evidence: "It holds the terminal until it is interrupted or the terminal is ended.",
      };
    case "done": {
      const at = { kind: "at", at: cell.endedAt ?? cell.startedAt } as const;
      if (cell.exitCode !== null && cell.exitCode !== 0) {
        return { state: "failed", words: `Failed: ${exitWords(cell.exitCode)}`, time: at };
      }
      // Done is not succeeded: without an exit code only the prompt is known to be back.
      return { state: "done", words: cell.exitCode === 0 ? "Done" : "Done, exit status not known", time: at };
    }
    case "error": {
      const at = { kind: "at", at: cell.endedAt ?? cell.startedAt } as const;
      return cell.error === "interrupted" || cell.error === "killed"
        ? { state: "cancelled", words: cell.error === "killed" ? "Killed" : "Interrupted", time: at }
        : { state: "failed", words: `Failed: ${cell.error ?? "no reason was given"}`, time: at };
    }
  }
}

export function jobStatus(job: Pick<Job, "state" | "createdAt" | "endedAt" | "problem">): Status {
  const ended = { kind: "at", at: job.endedAt ?? job.createdAt } as const;
  switch (job.state) {
    case "queued":
      return { state: "queued", words: "Waiting for its turn", time: { kind: "since", at: job.createdAt } };
    case "running":
      return { state: "working", words: "Working", time: { kind: "since", at: job.createdAt } };
    case "done":
      return { state: "done", words: "Done", time: ended };
    case "failed":
      return { state: "failed", words: `Failed: ${job.problem?.message ?? "no reason was given"}`, time: ended };
    case "cancelled":
      return { state: "cancelled", words: "Stopped by you", time: ended };
  }
}

export function workspaceStatus(workspace: Pick<Workspace, "state" | "problem" | "createdAt" | "path">): Status {
  switch (workspace.state) {
    case "creating":
      return { state: "working", words: "Being made", time: { kind: "since", at: workspace.createdAt } };
    case "ready":
      return { state: "ready", words: "Ready", evidence: workspace.path };
    case "failed":
      return { state: "failed", words: `Could not be made: ${workspace.problem?.message ?? "no reason was given"}` };
    case "deleting":
      return { state: "working", words: "Being deleted" };
    case "missing":
      return { state: "lost", words: "Its folder is gone", evidence: `${workspace.path} does not exist any more` };
  }
}

export function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function firstLine(code: string): string {
  const [line = ""] = code.trimStart().split("\n", 1);
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}
