/** Tells the person what happened while they were not looking: once each, never in a flood, and never a program's output. */
import { randomBytes } from "node:crypto";
import type { Database } from "#node/store/index.ts";
import { isNews } from "#shared/activity/index.ts";
import type { Activity } from "#shared/contract/activities.ts";
import type { LiveListEvent } from "#shared/contract/base.ts";
import type { Cell } from "#shared/contract/cells.ts";
import type { GitGateEvent } from "#shared/contract/git-gate.ts";
import type { Job } from "#shared/contract/jobs.ts";
import type { Notification, NotificationKind } from "#shared/contract/notifications.ts";
import type { Settings, SettingsChange } from "#shared/contract/settings.ts";
import type { Proposal } from "#shared/contract/supervise.ts";
import type { Terminal } from "#shared/contract/terminals.ts";
import { LiveList } from "#shared/live-list.ts";
import { newestUnseen } from "#shared/notifications/unseen.ts";
import { needsYou, terminalStatus } from "#shared/states.ts";
import type { HostEvent } from "#terminal-host/protocol.ts";
import type { Desktop } from "../desktop.ts";
import type { HostAsked } from "../gateway/index.ts";
import { finalStates } from "../terminals/index.ts";
import type { Connection } from "../transport/context.ts";
import { AgentCalls } from "./agent-calls.ts";
import { FloodGate } from "./flood.ts";
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
import { mostNotifications, NotificationStore } from "./store.ts";
import { grouped, titleOf } from "./text.ts";
import { type View, Views } from "./views.ts";

export type NotificationsParts = {
  database: Database.Database;
  desktop: Pick<Desktop, "notify" | "setAttention">;
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
  /** Every bottle that has used what it may. Returns the function that ends it. */
  onLimitReached: (listener: (reached: LimitReached) => void) => () => void;
  /** Every proposal that a bottle makes, once. Returns the function that ends it. */
  onProposal: (listener: (proposal: Proposal) => void) => () => void;
  /** Every push of a bottle that waits for an answer. Returns the function that ends it. */
  onPushAsked: (listener: (event: GitGateEvent) => void) => () => void;
  /** The same for every one that is answered. */
  onProposalAnswered: (listener: (proposal: Proposal) => void) => () => void;
  /** Leads the person to what a notification is about: they clicked it outside the window. */
  open: (notification: Notification) => void;
  /** Null when there is no such workspace. */
  workspaceName: (id: string) => string | null;
};

/** Milliseconds between a counted notification's change and its being written: a thousand bells are one write. */
const writeDelayMs = 250;

/** Counted together while the person has not looked: how often, and what the text was at first. */
type Counted = { id: string; count: number; body: string };

type Telling = { seen: boolean; show: boolean; times: number };

export class Notifications {
  readonly list = new LiveList<Notification>();
  readonly #parts: NotificationsParts;
  readonly #store: NotificationStore;
  readonly #views = new Views();
  readonly #gate = new FloodGate();
  readonly #counted = new Map<string, Map<NotificationKind, Counted>>();
  readonly #calls: AgentCalls;
  readonly #terminals = new Map<string, Terminal>();
  /** Terminals whose end is known or was known when we began. */
  readonly #ended = new Set<string>();
  /** Notifications of proposals that were told since the start and wait. */
  readonly #proposals = new Map<string, string>();
  readonly #unwritten = new Map<string, Notification>();
  #writeTimer: NodeJS.Timeout | undefined;
  #attention = "";
  #connected = false;
  readonly #startedAt = new Date().toISOString();
  readonly #stop = new AbortController();
  readonly #stops: (() => void)[];

  constructor(parts: NotificationsParts) {
    this.#parts = parts;
    this.#store = new NotificationStore(parts.database);
    this.#calls = new AgentCalls(
      (id) => parts.activities.list.get(id),
      (draft) => this.#tell(draft),
    );
    this.list.reset(this.#store.all());
    this.#stops = [
      parts.onHostEvent((event) => this.#onHostEvent(event)),
      parts.onTerminal((terminal) => this.#onTerminal(terminal)),
      parts.activities.onChange(({ before, now }) => this.#onActivity(before, now)),
      parts.onHostAsked((asked) => this.#onHostAsked(asked)),
      parts.onLimitReached((reached) => this.#tell(limitDraft(reached), reached.bottle.label)),
      parts.onProposal((proposal) => this.#onProposal(proposal)),
      parts.onPushAsked((event) => this.#onPushAsked(event)),
      parts.onProposalAnswered((proposal) => this.#onAnswered(proposal)),
    ];
    void this.#followJobs();
  }

  close(): void {
    this.#stop.abort();
    for (const stop of this.#stops) stop();
    this.#calls.close();
    this.#write();
  }

  /** What a window shows from now on. What it is looked at with is seen. */
  setView(connection: Connection, view: View): void {
    this.#views.set(connection, view);
    if (!view.focused) return;
    const shown = new Set(view.terminalIds);
    this.#see((notification) => notification.terminalId !== null && shown.has(notification.terminalId));
  }

  /** One, all of a terminal, or everything. */
  markSeen(which: { id?: string | undefined; terminalId?: string | undefined }): void {
    this.#see(
      (notification) =>
        (which.id === undefined || notification.id === which.id) &&
        (which.terminalId === undefined || notification.terminalId === which.terminalId),
    );
  }

  clear(): void {
    const ids = this.list.values().map((notification) => notification.id);
    this.#unwritten.clear();
    this.#counted.clear();
    this.#store.remove(ids);
    this.list.reset([]);
    this.#updateAttention();
  }

  /** Shows nothing outside the window for so many minutes; 0 ends a pause. */
  pause(minutes: number): { pausedUntil: string | null } {
    const pausedUntil = minutes === 0 ? null : new Date(Date.now() + minutes * 60_000).toISOString();
    this.#parts.settings.change({ notifyPausedUntil: pausedUntil });
    return { pausedUntil };
  }

  #onHostEvent(event: HostEvent): void {
    switch (event.type) {
      case "all":
        this.#onAll(event.terminals);
        break;
      case "terminal":
        // Comes through onTerminal.
        break;
      case "terminalRemoved":
        this.#terminals.delete(event.id);
        this.#ended.delete(event.id);
        this.#counted.delete(event.id);
        this.#gate.forget(event.id);
        this.#calls.forget(event.id);
        this.#updateAttention();
        break;
      case "cell":
        this.#tell(cellDraft(event.event, (id) => this.#terminals.get(id)?.name ?? id));
        break;
      case "programNotification":
        this.#calls.said(event.terminalId, programDraft(event.terminalId, event.title, event.body));
        break;
      case "bell":
        // A launched program that rings waits for the person, and that is told.
        if (this.#parts.activities.list.get(event.terminalId) === undefined) {
          this.#tell(bellDraft(event.terminalId), undefined, event.count);
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
    this.#terminals.clear();
    for (const terminal of terminals) this.#terminals.set(terminal.id, terminal);
    this.#connected = true;
    if (before) for (const terminal of terminals) this.#onTerminal(terminal);
    this.#updateAttention();
  }

  #onTerminal(terminal: Terminal): void {
    const before = this.#terminals.get(terminal.id);
    this.#terminals.set(terminal.id, terminal);
    if (!this.#connected) return;
    if (before?.state !== terminal.state) this.#updateAttention();
    if (!finalStates.has(terminal.state) || this.#ended.has(terminal.id)) return;
    this.#ended.add(terminal.id);
    if (terminal.resolvedAt === null || terminal.resolvedAt >= this.#startedAt) this.#tell(endedDraft(terminal));
  }

  #onActivity(before: Activity | undefined, now: Activity): void {
    if (before !== undefined && before.state !== now.state) {
      // What it asked for has been given, or does not matter any more.
      this.#see(({ terminalId, kind }) => terminalId === now.id && kind.startsWith("agent-"));
    }
    if (isNews(before, now)) {
      this.#calls.told(now.id);
      this.#tell(activityDraft(now, this.#parts.settings.settings.notifyDetails));
    }
    this.#updateAttention();
  }

  async #followJobs(): Promise<void> {
    for await (const event of this.#parts.watchJobs(this.#stop.signal)) {
      if (event.type === "all") for (const job of event.items) this.#onJob(job);
      else if (event.type === "changed") this.#onJob(event.item);
    }
  }

  /** One that ended before we began was told then, or is told by its own record. */
  #onJob(job: Job): void {
    if (job.endedAt === null || job.endedAt < this.#startedAt) return;
    const draft = jobDraft(job);
    if (draft !== null) this.#tell(draft, job.title);
  }

  #onHostAsked(asked: HostAsked): void {
    const workspace = asked.workspaceId && this.#parts.workspaceName(asked.workspaceId);
    this.#tell(hostDraft(asked), workspace ? `${workspace} · gateway` : "Gateway");
  }

  #onProposal(proposal: Proposal): void {
    const workspace = this.#parts.workspaceName(proposal.workspaceId);
    const draft = proposalDraft(proposal, this.#parts.settings.settings.notifyDetails);
    const before = new Set(this.list.values().map(({ id }) => id));
    this.#tell(draft, [workspace, proposal.programName].filter(Boolean).join(" · "));
    const told = this.list.values().find(({ id }) => !before.has(id));
    if (told !== undefined) this.#proposals.set(proposal.id, told.id);
  }

  /** What was asked is answered: there is nothing to look at any more. */
  #onAnswered({ id }: Proposal): void {
    const told = this.#proposals.get(id);
    this.#proposals.delete(id);
    if (told !== undefined) this.markSeen({ id: told });
  }

  #onPushAsked(event: GitGateEvent): void {
    const workspace = this.#parts.workspaceName(event.workspaceId);
    this.#tell(pushDraft(event), workspace ? `${workspace} · git gate` : "Git gate");
  }

  /** `times`: how often it happened, for what is counted. */
  #tell(draft: Draft | null, title?: string, times = 1): void {
    if (draft === null) return;
    if (draft.key !== null && !this.#store.claim(draft.key)) return;
    const { settings } = this.#parts.settings;
    const looking = this.#views.looksAt(draft.terminalId);
    const wanted = settings.notify[draft.kind];
    // A bell says nothing but "look here": to somebody who looks, or does not want it, there is nothing to keep.
    if (draft.kind === "bell" && (looking || !wanted)) return;
    const paused = settings.notifyPausedUntil !== null && Date.parse(settings.notifyPausedUntil) > Date.now();
    const show = wanted && !looking && !paused;
    const seen = looking || !wanted;
    if (draft.terminalId !== null && this.#count(draft, draft.terminalId, { seen, show, times })) return;
    this.#add(draft, title, { seen, show, times });
  }

  /** Adds to an earlier notification instead of making another: one bell until it is seen, and whatever is beyond the limit. */
  #count(draft: Draft, terminalId: string, { seen, show, times }: Telling): boolean {
    const admitted = this.#gate.admits(terminalId, draft.kind, Date.now());
    const counted = this.#counted.get(terminalId)?.get(draft.kind);
    const earlier = counted === undefined ? undefined : this.list.get(counted.id);
    if (counted === undefined || earlier === undefined) return !admitted;
    const bell = draft.kind === "bell";
    // One bell stands until it is seen; after that the next one is news. Other kinds are counted when there are too many.
    if (bell ? earlier.seenAt !== null : admitted) return false;
    counted.count += times;
    const body = bell ? `Rang ${grouped(counted.count)} times` : `${draft.body} (${grouped(counted.count)} in a row)`;
    let next: Notification = { ...earlier, body, seenAt: seen ? earlier.seenAt : null };
    if (admitted && show) next = { ...next, shown: this.#show(next) };
    this.#change(next);
    return true;
  }

  #add(draft: Draft, title: string | undefined, { seen, show, times }: Telling): void {
    const terminal = draft.terminalId === null ? undefined : this.#terminals.get(draft.terminalId);
    const workspaceId = draft.workspaceId ?? terminal?.owner.workspaceId ?? null;
    const now = new Date().toISOString();
    const draftless = {
      id: `note-${randomBytes(6).toString("hex")}`,
      kind: draft.kind,
      title: title ?? titleOf(terminal, draft.terminalId ?? "", workspaceId && this.#parts.workspaceName(workspaceId)),
      body: draft.kind === "bell" && times > 1 ? `Rang ${grouped(times)} times` : draft.body,
      terminalId: draft.terminalId,
      cellId: draft.cellId,
      workspaceId,
      createdAt: now,
      seenAt: seen ? now : null,
      shown: false,
    } satisfies Notification;
    const notification: Notification = { ...draftless, shown: show && this.#show(draftless) };
    this.#store.add(notification);
    this.list.set(notification);
    if (draft.terminalId !== null) {
      const kinds = this.#counted.get(draft.terminalId) ?? new Map<NotificationKind, Counted>();
      this.#counted.set(
        draft.terminalId,
        kinds.set(draft.kind, { id: notification.id, count: times, body: draft.body }),
      );
    }
    this.#prune();
    this.#updateAttention();
  }

  #show(notification: Notification): boolean {
    return this.#parts.desktop.notify(notification, () => {
      this.markSeen({ id: notification.id });
      this.#parts.open(this.list.get(notification.id) ?? notification);
    });
  }

  #see(which: (notification: Notification) => boolean): void {
    const seenAt = new Date().toISOString();
    for (const notification of this.list.values()) {
      if (notification.seenAt === null && which(notification)) this.#change({ ...notification, seenAt });
    }
    this.#updateAttention();
  }

  #change(notification: Notification): void {
    this.list.set(notification);
    this.#unwritten.set(notification.id, notification);
    this.#writeTimer ??= setTimeout(() => this.#write(), writeDelayMs);
  }

  #write(): void {
    clearTimeout(this.#writeTimer);
    this.#writeTimer = undefined;
    if (this.#unwritten.size > 0) this.#store.update(this.#unwritten.values());
    this.#unwritten.clear();
  }

  #prune(): void {
    const all = this.list.values();
    if (all.length <= mostNotifications) return;
    const old = all.slice(0, all.length - mostNotifications).map((notification) => notification.id);
    this.#store.remove(old);
    for (const id of old) {
      this.#unwritten.delete(id);
      this.list.remove(id);
    }
  }

  #updateAttention(): void {
    const terminals = [...this.#terminals.values()];
    const running = terminals.filter((terminal) => !finalStates.has(terminal.state)).length;
    const unseen = this.list.values().filter((notification) => notification.seenAt === null);
    const newest = newestUnseen(unseen);
    const wanting = terminals.filter((terminal) => {
      const context = { activity: this.#parts.activities.list.get(terminal.id), unseen: newest.get(terminal.id) };
      const status = terminalStatus(terminal, { ...context, heldCell: this.#parts.heldCell(terminal.id) });
      return needsYou(status, context.unseen !== undefined);
    });
    const now = { running, needsYou: wanting.length, unseen: unseen.length };
    const attention = JSON.stringify(now);
    if (attention === this.#attention) return;
    this.#attention = attention;
    this.#parts.desktop.setAttention(now);
  }
}
