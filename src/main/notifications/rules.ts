/** What of all that happens is worth telling, and in which words (features 11). Pure: who is looking and what was told before is decided elsewhere. */
import type { Activity } from "#shared/contract/activities.ts";
import { workspaceId } from "#shared/contract/base.ts";
import type { Bottle } from "#shared/contract/bottles.ts";
import type { CellEvent } from "#shared/contract/cells.ts";
import type { GitGateEvent } from "#shared/contract/git-gate.ts";
import type { Job } from "#shared/contract/jobs.ts";
import type {
  NotificationAction,
  NotificationKind,
  NotificationState,
  NotificationSubject,
} from "#shared/contract/notifications.ts";
import type { Proposal } from "#shared/contract/supervise.ts";
import type { Terminal } from "#shared/contract/terminals.ts";
import { hostWarning } from "#shared/supervise/host-warning.ts";
import type { HostAsked } from "../gateway/index.ts";
import { cleanText, spokenSeconds } from "./text.ts";

export type Draft = {
  kind: NotificationKind;
  state: NotificationState;
  /** What is told once only carries a key, which is remembered across restarts. */
  key: string | null;
  body: string;
  terminalId: string | null;
  cellId: string | null;
  /** Where the terminal does not tell it. */
  workspaceId?: string | null;
  about?: NotificationSubject;
  /** Some of those that its kind may carry. */
  actions?: NotificationAction[];
};

/** `in work`: the terminal as `k` names it. */
export type TerminalNames = (terminalId: string) => string;

export function cellDraft(event: CellEvent, nameOf: TerminalNames): Draft | null {
  switch (event.type) {
    case "fired":
    case "closed":
      return null;
    case "notify":
      return {
        kind: "notify",
        state: "waiting",
        key: null,
        body: cleanText(`${event.from}: ${event.message}`),
        terminalId: event.terminalId,
        cellId: null,
      };
    default:
      return ofCell(event, nameOf(event.cell.terminalId));
  }
}

/** `name`: the terminal's. */
function ofCell(event: Extract<CellEvent, { cell: unknown }>, name: string): Draft {
  const { cell, type } = event;
  const short = cell.id.slice(0, 8);
  const about = { terminalId: cell.terminalId, cellId: cell.id };
  if (type === "done") {
    const wrong = cell.exitCode !== null && cell.exitCode !== 0;
    return {
      kind: "cell-done",
      state: wrong ? "failed" : "done",
      key: `cell:${cell.id}:done`,
      body: wrong
        ? `Cell ${short} ended with exit code ${cell.exitCode} in ${name}`
        : `Cell ${short} finished in ${name}`,
      ...about,
    };
  }
  if (type === "timeout") {
    return {
      kind: "cell-timeout",
      state: "held",
      key: `cell:${cell.id}:timeout`,
      body: `Cell ${short} still holds ${name} after ${spokenSeconds(cell.limitSeconds)} – interrupt or kill it`,
      actions: ["interrupt"],
      ...about,
    };
  }
  const error = cell.error ?? (type === "error" ? "failed" : type);
  return {
    kind: "cell-error",
    state: error === "interrupted" || error === "killed" ? "cancelled" : "failed",
    key: `cell:${cell.id}:error`,
    body: cleanText(`Cell ${short} in ${name}: ${error}`),
    ...about,
  };
}

/** For an activity that is news. `details`: whether it may say what the program wants to do. What is on its screen is never told. */
export function activityDraft(activity: Activity, details: boolean): Draft | null {
  const { id, state, since } = activity;
  const body = activityWords(activity, details);
  if (body === null || state === "working" || state === "unknown") return null;
  return {
    kind: `agent-${state}`,
    state,
    key: `activity:${id}:${state}:${since}`,
    body: cleanText(body),
    terminalId: id,
    cellId: null,
  };
}

function activityWords({ state, guess, calls, evidence, brief }: Activity, details: boolean): string | null {
  switch (state) {
    case "waiting":
      if (guess) return "Looks as if it waits for you";
      return calls ? `Waiting for you: ${evidence}` : "Waiting for you";
    case "permission":
      if (guess) return "Looks as if it asks for permission";
      return details ? `Asks: ${evidence}` : `Asks ${/^to /.test(brief ?? "") ? brief : `to ${brief ?? "go on"}`}`;
    case "done":
      return "Done";
    case "failed":
      return calls ? `Failed: ${evidence}` : "Failed";
    default:
      return null;
  }
}

const endStates: Record<Terminal["state"], NotificationState> = {
  starting: "unknown",
  running: "unknown",
  succeeded: "done",
  failed: "failed",
  cancelled: "cancelled",
  stream_lost: "lost",
};

/** For a terminal in a final state. */
export function endedDraft(terminal: Terminal): Draft {
  return {
    kind: "terminal-ended",
    state: endStates[terminal.state],
    key: `terminal:${terminal.id}:ended`,
    body: howItEnded(terminal),
    terminalId: terminal.id,
    cellId: null,
  };
}

function howItEnded({ state, exitCode }: Terminal): string {
  if (state === "cancelled") return "Killed";
  if (state === "stream_lost") return "Lost: the terminal host ended";
  if (exitCode === null) return "Could not be started";
  return exitCode < 0 ? `Killed by signal ${-exitCode}` : `Ended with exit ${exitCode}`;
}

export function programDraft(terminalId: string, title: string, body: string): Draft | null {
  const text = cleanText([title, body].filter((part) => part.trim() !== "").join(": "));
  return text === "" ? null : { kind: "program", state: "waiting", key: null, body: text, terminalId, cellId: null };
}

export function bellDraft(terminalId: string): Draft {
  return { kind: "bell", state: "waiting", key: null, body: "Rang", terminalId, cellId: null };
}

/** Null for a job that goes on, and for one that the person cancelled. */
export function jobDraft(job: Job): Draft | null {
  const about = {
    kind: "job-ended",
    key: `job:${job.id}:${job.state}`,
    terminalId: null,
    cellId: null,
    workspaceId: workspaceId.safeParse(job.targetId).data ?? null,
  } as const;
  if (job.state === "done") {
    const done = { type: "job", id: job.id, failed: false } as const;
    return { ...about, state: "done", about: done, body: cleanText(`${spokenKind(job.kind)}: done`) };
  }
  if (job.state === "failed") {
    const failed = { type: "job", id: job.id, failed: true } as const;
    return {
      ...about,
      state: "failed",
      about: failed,
      body: cleanText(`${spokenKind(job.kind)} failed: ${job.problem?.message ?? "see its log"}`),
    };
  }
  return null;
}

/** `workspace.create` → `Workspace create`. */
function spokenKind(kind: string): string {
  const words = kind.replace(/[._-]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/**
 * Repository and branches; subjects of commits were written by the agent and are on the bottle's page. What was found in it has to be looked at
 * before it is let pass.
 */
export function pushDraft({ id, repository, updates, reason, workspaceId: workspace }: GitGateEvent): Draft {
  const found = reason === "detected" || reason === "opaque";
  const names = updates.map(({ ref }) => ref.replace(/^refs\/(heads|tags)\//, "")).join(", ");
  return {
    kind: "git-push-asks",
    state: "permission",
    key: null,
    body: cleanText(`Wants to push ${names} to ${repository}`),
    terminalId: null,
    cellId: null,
    workspaceId: workspace,
    about: { type: "push", id },
    actions: found ? ["refuse"] : ["approve", "refuse"],
  };
}

/** The host was written by the agent's side; what can be in it was decided before. */
export function hostDraft({ decision, workspaceId: workspace }: HostAsked): Draft {
  const { id, host, port, reason, detail } = decision;
  const found = reason === "detected";
  const body = found ? `${detail}, on its way to ${host}` : `Asks for ${host}${port === null ? "" : `:${port}`}`;
  const allow: NotificationAction[] = workspace === null ? ["allow-bottle"] : ["allow-bottle", "allow-workspace"];
  return {
    kind: "gateway-asks",
    state: "permission",
    key: null,
    body: cleanText(body),
    terminalId: null,
    cellId: null,
    workspaceId: workspace,
    about: { type: "decision", id },
    actions: [...(found ? (["allow-once"] as const) : allow), "refuse"],
  };
}

export type LimitReached = { bottle: Pick<Bottle, "label" | "terminalId" | "workspaceId">; why: string };

export function limitDraft({ bottle, why }: LimitReached): Draft {
  return {
    kind: "broker-limit",
    state: "permission",
    key: null,
    body: cleanText(`Reached its limit: ${why}. It can go on when you raise it.`),
    terminalId: bottle.terminalId,
    cellId: null,
    workspaceId: bottle.workspaceId,
  };
}

/** A host was checked before; other words of an agent are only told where the person wants details on a locked screen. */
export function proposalDraft({ id, ask, workspaceId: workspace }: Proposal, details: boolean): Draft {
  return {
    kind: "bottle-asks",
    state: "permission",
    key: `proposal:${id}`,
    body: cleanText(askWords(ask, details)),
    terminalId: null,
    cellId: null,
    workspaceId: workspace,
    about: { type: "proposal", id },
    actions: proposalActions(ask, details),
  };
}

/** Nothing can be said yes to that the notification does not say in full. */
function proposalActions(ask: Proposal["ask"], details: boolean): NotificationAction[] {
  switch (ask.kind) {
    case "host":
      return hostWarning(ask) === null ? ["allow-bottle", "allow-workspace", "refuse"] : ["refuse"];
    case "capability":
      return details ? ["approve", "refuse"] : ["refuse"];
    case "decision":
      return ["refuse"];
  }
}

function askWords(ask: Proposal["ask"], details: boolean): string {
  switch (ask.kind) {
    case "host":
      return `Asks for ${ask.host}`;
    case "capability":
      return details ? `Asks for a capability: ${ask.capability}` : "Asks for a capability";
    case "decision":
      return details ? `Asks you to decide: ${ask.question}` : "Asks you to decide";
  }
}
