/** Tells the person what happened while they were not looking: once each, never in a flood, and never a program's output. */
import { randomBytes } from "node:crypto";
import type { Notification, NotificationAction, NotificationKind } from "#shared/contract/notifications.ts";
import { Failure, problemOf } from "#shared/failure.ts";
import { LiveList } from "#shared/live-list.ts";
import type { Attention, Desktop, JobProgress } from "../desktop.ts";
import type { Connection } from "../transport/context.ts";
import { Answers, type AnswersParts } from "./answers.ts";
import { attentionOf } from "./attention.ts";
import { FloodGate } from "./flood.ts";
import { Outside } from "./outside.ts";
import type { Draft } from "./rules.ts";
import { Sources, type SourcesParts } from "./sources.ts";
import { mostNotifications, NotificationStore } from "./store.ts";
import { grouped, titleOf } from "./text.ts";
import { type View, Views } from "./views.ts";

export type NotificationsParts = SourcesParts & {
  desktop: Pick<Desktop, "notify" | "setAttention" | "setProgress">;
  answers: AnswersParts;
  /** Leads the person to what a notification is about: they clicked it outside the window. */
  open: (notification: Notification) => void;
  /** The same for one that stands for several. */
  openAll: (latest: Notification) => void;
};

/** Counted together while the person has not looked: as which notification, and how often. */
type Counted = { id: string; count: number };

type Telling = { seen: boolean; show: boolean; times: number };

export class Notifications {
  readonly list = new LiveList<Notification>();
  readonly #parts: NotificationsParts;
  readonly #store: NotificationStore;
  readonly #views = new Views();
  readonly #gate = new FloodGate();
  readonly #counted = new Map<string, Map<NotificationKind, Counted>>();
  readonly #outside: Outside;
  readonly #answers: Answers;
  /** Notifications that can still be answered, by what they are about. */
  readonly #open = new Map<string, string>();
  /** Cells that the person has just interrupted from a notification: that they end is no news. */
  readonly #interrupting = new Set<string>();
  readonly #sources: Sources;
  readonly #setAttention: (now: Attention) => void;
  readonly #stop = new AbortController();

  constructor(parts: NotificationsParts) {
    this.#parts = parts;
    this.#store = new NotificationStore(parts.database);
    this.#answers = new Answers(parts.answers);
    this.#setAttention = onChange<Attention>((now) => parts.desktop.setAttention(now));
    this.#outside = new Outside({
      desktop: parts.desktop,
      open: (note) => this.#openOne(note),
      openAll: (latest) => parts.openAll(latest),
      act: (note, action) => void this.#actOutside(note, action),
    });
    this.list.reset(this.#store.all());
    for (const note of this.list.values()) this.#keepOpen(note);
    this.#sources = new Sources(parts, {
      tell: (draft, title, times) => this.#tell(draft, title, times),
      agentWentOn: (id) => this.#see(({ terminalId, kind }) => terminalId === id && kind.startsWith("agent-")),
      cellEnded: (id) => this.#became(id, () => false),
      cellsHeld: (ids) => {
        for (const note of this.list.values()) {
          if (note.cellId !== null && !ids.has(note.cellId)) this.#became(note.cellId, () => false);
        }
      },
      terminalRemoved: (id) => this.#forget(id),
      progress: onChange<JobProgress | null>((progress) => parts.desktop.setProgress(progress), null),
      changed: () => this.#updateAttention(),
    });
    this.#answers.follow((id, left) => this.#became(id, left), this.#stop.signal);
  }

  close(): void {
    this.#stop.abort();
    this.#sources.close();
    this.#outside.close();
    this.#store.write();
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

  /** Throws `not_found`, `conflict` when it was answered or cannot be done any more, and what doing it throws. */
  async act(id: string, action: NotificationAction): Promise<void> {
    const note = this.list.get(id);
    if (note === undefined) throw new Failure("not_found", "there is no such notification (any more)");
    if (!note.actions.includes(action)) throw new Failure("conflict", "this was answered already");
    if (action === "interrupt" && note.cellId !== null) this.#interrupting.add(note.cellId);
    try {
      await this.#answers.give(note, action);
    } catch (thrown) {
      if (note.cellId !== null) this.#interrupting.delete(note.cellId);
      const { code } = problemOf(thrown);
      if (code === "not_found") this.#became(subjectOf(note), () => false);
      throw thrown;
    }
    this.#became(subjectOf(note), () => false);
  }

  clear(): void {
    const ids = this.list.values().map((notification) => notification.id);
    for (const id of ids) this.#outside.withdraw(id);
    this.#counted.clear();
    this.#open.clear();
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

  #tell(draft: Draft | null, title?: string, times = 1): void {
    if (draft === null) return;
    if (draft.cellId !== null && this.#interrupting.delete(draft.cellId) && draft.kind === "cell-error") return;
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
    if (admitted && show) next = { ...next, shown: this.#outside.show(next) };
    this.#change(next);
    return true;
  }

  #add(draft: Draft, title: string | undefined, { seen, show, times }: Telling): void {
    const terminal = draft.terminalId === null ? undefined : this.#sources.terminals.get(draft.terminalId);
    const workspaceId = draft.workspaceId ?? terminal?.owner.workspaceId ?? null;
    const now = new Date().toISOString();
    const draftless = {
      id: `note-${randomBytes(6).toString("hex")}`,
      kind: draft.kind,
      state: draft.state,
      title: title ?? titleOf(terminal, draft.terminalId ?? "", workspaceId && this.#parts.workspaceName(workspaceId)),
      body: draft.kind === "bell" && times > 1 ? `Rang ${grouped(times)} times` : draft.body,
      terminalId: draft.terminalId,
      cellId: draft.cellId,
      workspaceId,
      about: draft.about ?? null,
      actions: draft.actions ?? [],
      createdAt: now,
      seenAt: seen ? now : null,
      shown: false,
    } satisfies Notification;
    const notification: Notification = { ...draftless, shown: show && this.#outside.show(draftless) };
    this.#change(notification);
    this.#keepOpen(notification);
    if (draft.terminalId !== null) {
      const kinds = this.#counted.get(draft.terminalId) ?? new Map<NotificationKind, Counted>();
      this.#counted.set(draft.terminalId, kinds.set(draft.kind, { id: notification.id, count: times }));
    }
    this.#prune();
    this.#updateAttention();
  }

  #openOne(note: Notification): void {
    this.markSeen({ id: note.id });
    this.#parts.open(this.list.get(note.id) ?? note);
  }

  /** Chosen where no window can tell what came of it. */
  async #actOutside(note: Notification, action: NotificationAction): Promise<void> {
    try {
      await this.act(note.id, action);
    } catch (thrown) {
      this.#outside.failed(note, action, problemOf(thrown).message);
    }
  }

  #keepOpen(note: Notification): void {
    const subject = subjectOf(note);
    if (note.actions.length > 0 && subject !== null) this.#open.set(subject, note.id);
  }

  /** What can still be done about it has changed; with nothing left it is answered, and so it is seen. */
  #became(subject: string | null, left: (action: NotificationAction) => boolean): void {
    const id = subject === null ? undefined : this.#open.get(subject);
    const note = id === undefined ? undefined : this.list.get(id);
    if (subject === null || note === undefined) return;
    const actions = note.actions.filter(left);
    if (actions.length === note.actions.length) return;
    this.#change({ ...note, actions });
    if (actions.length > 0) return;
    this.#open.delete(subject);
    this.markSeen({ id: note.id });
  }

  #see(which: (notification: Notification) => boolean): void {
    const seenAt = new Date().toISOString();
    for (const notification of this.list.values()) {
      if (notification.seenAt !== null || !which(notification)) continue;
      this.#change({ ...notification, seenAt });
      this.#outside.withdraw(notification.id);
    }
    this.#updateAttention();
  }

  #change(notification: Notification): void {
    this.list.set(notification);
    this.#store.put(notification);
  }

  #prune(): void {
    const all = this.list.values();
    if (all.length <= mostNotifications) return;
    const old = all.slice(0, all.length - mostNotifications);
    this.#store.remove(old.map(({ id }) => id));
    for (const note of old) {
      const subject = subjectOf(note);
      if (subject !== null && this.#open.get(subject) === note.id) this.#open.delete(subject);
      this.list.remove(note.id);
    }
  }

  #forget(terminalId: string): void {
    this.#counted.delete(terminalId);
    this.#gate.forget(terminalId);
    this.#updateAttention();
  }

  #updateAttention(): void {
    const { activities, heldCell, limits, workspaceName } = this.#parts;
    this.#setAttention(
      attentionOf({
        terminals: [...this.#sources.terminals.values()],
        notifications: this.list.values(),
        activityOf: (id) => activities.list.get(id),
        heldCell,
        limitOf: (id) => limits.of(id),
        workspaceName,
      }),
    );
  }
}

/** Tells what is not as it was told last. */
function onChange<Value>(tell: (value: Value) => void, first?: Value): (value: Value) => void {
  let last = JSON.stringify(first);
  return (value) => {
    const now = JSON.stringify(value);
    if (now === last) return;
    last = now;
    tell(value);
  };
}

/** What an answer is about: a cell, or whatever else. */
function subjectOf({ about, cellId }: Notification): string | null {
  return about?.id ?? cellId;
}
