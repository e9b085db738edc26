/** Everything that can be worth telling: where it comes from, and when it is news. What is told of it is decided by the rules and the service. */
import type { Database } from "#node/store/index.ts";
import { isNews } from "#shared/activity/index.ts";
import type { Activity } from "#shared/contract/activities.ts";
import type { LiveListEvent } from "#shared/contract/base.ts";
import type { Cell } from "#shared/contract/cells.ts";
import type { GitGateEvent } from "#shared/contract/git-gate.ts";
import type { Job } from "#shared/contract/jobs.ts";
import type { Settings, SettingsChange } from "#shared/contract/settings.ts";
import type { Proposal } from "#shared/contract/supervise.ts";
import type { Terminal } from "#shared/contract/terminals.ts";
import type { HostEvent } from "#terminal-host/protocol.ts";
import type { JobProgress } from "../desktop.ts";
import type { HostAsked } from "../gateway/index.ts";
import { finalStates } from "../terminals/index.ts";
import { AgentCalls } from "./agent-calls.ts";
import { progressOf } from "./progress.ts";
import {
  activityDraft,
  bellDraft,
  cellDraft,
  type Draft,
  endedDraft,
  hostDraft,
  jobDraft,
  type LimitReached,
  limitDraft,
  programDraft,
  proposalDraft,
  pushDraft,
} from "./rules.ts";

export type SourcesParts = {
  database: Database.Database;
  settings: { readonly settings: Settings; change(change: SettingsChange): unknown };
  /** Every event of the terminal host, the first after each connection being `all`. Returns the function that ends it. */
  onHostEvent: (listener: (event: HostEvent) => void) => () => void;
  /** Every terminal that is new or has changed, also when main concludes by itself that it is lost. */
  onTerminal: (listener: (terminal: Terminal) => void) => () => void;
  /** What launched programs are doing; a change comes through `onChange` only when it has just happened. */
  activities: {
    readonly list: { get(terminalId: string): Activity | undefined };
    onChange(listener: (change: { before: Activity | undefined; now: Activity }) => void): () => void;
  };
  /** The cell that holds a terminal, where it is known. */
  heldCell: (terminalId: string) => Cell | undefined;
  /** The jobs as a live list. */
  watchJobs: (signal: AbortSignal) => AsyncIterable<LiveListEvent<Job>>;
  /** Every host that a bottle asks for, once. Returns the function that ends it. */
  onHostAsked: (listener: (asked: HostAsked) => void) => () => void;
  /** Why a bottle may use no more of its provider; null while it may. A change comes through `onChange`, which returns the function that ends it. */
  limits: { of(bottleId: string): string | null; onChange(listener: () => void): () => void };
  /** Every bottle that has used what it may. Returns the function that ends it. */
  onLimitReached: (listener: (reached: LimitReached) => void) => () => void;
  /** Every proposal that a bottle makes, once. Returns the function that ends it. */
  onProposal: (listener: (proposal: Proposal) => void) => () => void;
  /** Every push of a bottle that waits for an answer. Returns the function that ends it. */
  onPushAsked: (listener: (event: GitGateEvent) => void) => () => void;
  /** Null when there is no such workspace. */
  workspaceName: (id: string) => string | null;
};

export type SourcesTarget = {
  /** Null drafts are nothing to tell. `times`: how often it happened, for what is counted. */
  tell(draft: Draft | null, title?: string, times?: number): void;
  /** What an agent of this terminal asked for has been given, or does not matter any more. */
  agentWentOn(terminalId: string): void;
  /** It holds its terminal no longer. */
  cellEnded(cellId: string): void;
  /** The host has said which cells hold a terminal: no others do. */
  cellsHeld(cellIds: ReadonlySet<string>): void;
  terminalRemoved(terminalId: string): void;
  progress(progress: JobProgress | null): void;
  /** What counts for attention may have changed. */
  changed(): void;
};

export class Sources {
  readonly terminals = new Map<string, Terminal>();
  readonly #parts: SourcesParts;
  readonly #target: SourcesTarget;
  readonly #calls: AgentCalls;
  /** Terminals whose end is known or was known when we began. */
  readonly #ended = new Set<string>();
  readonly #jobs = new Map<string, Job>();
  #connected = false;
  readonly #startedAt = new Date().toISOString();
  readonly #stop = new AbortController();
  readonly #stops: (() => void)[];

  constructor(parts: SourcesParts, target: SourcesTarget) {
    this.#parts = parts;
    this.#target = target;
    this.#calls = new AgentCalls(
      (id) => parts.activities.list.get(id),
      (draft) => target.tell(draft),
    );
    this.#stops = [
      parts.onHostEvent((event) => this.#onHostEvent(event)),
      parts.onTerminal((terminal) => this.#onTerminal(terminal)),
      parts.activities.onChange(({ before, now }) => this.#onActivity(before, now)),
      parts.onHostAsked((asked) => this.#onHostAsked(asked)),
      parts.limits.onChange(() => target.changed()),
      parts.onLimitReached((reached) => target.tell(limitDraft(reached), reached.bottle.label)),
      parts.onProposal((proposal) => this.#onProposal(proposal)),
      parts.onPushAsked((event) => this.#onPushAsked(event)),
    ];
    void this.#followJobs();
  }

  close(): void {
    this.#stop.abort();
    for (const stop of this.#stops) stop();
    this.#calls.close();
  }

  #onHostEvent(event: HostEvent): void {
    switch (event.type) {
      case "all":
        this.#onAll(event.terminals);
        this.#target.cellsHeld(new Set(event.heldCells.map(({ id }) => id)));
        break;
      case "terminal":
        // Comes through onTerminal.
        break;
      case "terminalRemoved":
        this.terminals.delete(event.id);
        this.#ended.delete(event.id);
        this.#calls.forget(event.id);
        this.#target.terminalRemoved(event.id);
        break;
      case "cell":
        if ("cell" in event.event && event.event.cell.endedAt !== null) this.#target.cellEnded(event.event.cell.id);
        this.#target.tell(cellDraft(event.event, (id) => this.terminals.get(id)?.name ?? id));
        break;
      case "programNotification":
        this.#calls.said(event.terminalId, programDraft(event.terminalId, event.title, event.body));
        break;
      case "bell":
        // A launched program that rings waits for the person, and that is told.
        if (this.#parts.activities.list.get(event.terminalId) === undefined) {
          this.#target.tell(bellDraft(event.terminalId), undefined, event.count);
        }
        break;
      case "activity":
        // Comes through the activities.
        break;
    }
  }

  /** At the start nothing has just happened: what has ended by then ended before. Later an `all` follows the loss of the host. */
  #onAll(terminals: Terminal[]): void {
    const before = this.#connected;
    if (!before) {
      for (const terminal of terminals) if (finalStates.has(terminal.state)) this.#ended.add(terminal.id);
    }
    this.terminals.clear();
    for (const terminal of terminals) this.terminals.set(terminal.id, terminal);
    this.#connected = true;
    if (before) for (const terminal of terminals) this.#onTerminal(terminal);
    this.#target.changed();
  }

  #onTerminal(terminal: Terminal): void {
    const before = this.terminals.get(terminal.id);
    this.terminals.set(terminal.id, terminal);
    if (!this.#connected) return;
    if (differs(before, terminal)) this.#target.changed();
    if (!finalStates.has(terminal.state) || this.#ended.has(terminal.id)) return;
    this.#ended.add(terminal.id);
    if (terminal.resolvedAt === null || terminal.resolvedAt >= this.#startedAt) this.#target.tell(endedDraft(terminal));
  }

  #onActivity(before: Activity | undefined, now: Activity): void {
    if (before !== undefined && before.state !== now.state) this.#target.agentWentOn(now.id);
    if (isNews(before, now)) {
      this.#calls.told(now.id);
      this.#target.tell(activityDraft(now, this.#parts.settings.settings.notifyDetails));
    }
    this.#target.changed();
  }

  async #followJobs(): Promise<void> {
    for await (const event of this.#parts.watchJobs(this.#stop.signal)) {
      if (event.type === "all") {
        this.#jobs.clear();
        for (const job of event.items) this.#onJob(job);
      } else if (event.type === "changed") this.#onJob(event.item);
      else this.#jobs.delete(event.id);
      this.#target.progress(progressOf(this.#jobs.values()));
    }
  }

  /** One that ended before we began was told then, or is told by its own record. */
  #onJob(job: Job): void {
    if (job.endedAt === null) this.#jobs.set(job.id, job);
    else this.#jobs.delete(job.id);
    if (job.endedAt === null || job.endedAt < this.#startedAt) return;
    this.#target.tell(jobDraft(job), job.title);
  }

  #onHostAsked(asked: HostAsked): void {
    const workspace = asked.workspaceId && this.#parts.workspaceName(asked.workspaceId);
    this.#target.tell(hostDraft(asked), workspace ? `${workspace} · gateway` : "Gateway");
  }

  #onProposal(proposal: Proposal): void {
    const workspace = this.#parts.workspaceName(proposal.workspaceId);
    const draft = proposalDraft(proposal, this.#parts.settings.settings.notifyDetails);
    this.#target.tell(draft, [workspace, proposal.programName].filter(Boolean).join(" · "));
  }

  #onPushAsked(event: GitGateEvent): void {
    const workspace = this.#parts.workspaceName(event.workspaceId);
    this.#target.tell(pushDraft(event), workspace ? `${workspace} · git gate` : "Git gate");
  }
}

/** Whether it is to be counted or called otherwise; counters change with every byte. */
function differs(before: Terminal | undefined, now: Terminal): boolean {
  return before?.state !== now.state || before.heldCellId !== now.heldCellId || before.name !== now.name;
}
