/**
 * What is shown outside the window: several of a kind in a short time become one, what was seen or answered meanwhile is taken away again, and there
 * are never more than a few. Knows nothing of Electron.
 */
import type { Notification, NotificationAction, NotificationKind } from "#shared/contract/notifications.ts";
import { actionWords } from "#shared/notifications/actions.ts";
import { differentOf, groupBody, groupTitle } from "#shared/notifications/group.ts";
import { signed } from "#shared/notifications/sign.ts";
import type { Desktop, OutsideNotification } from "../desktop.ts";

/** Those that come within so many milliseconds of the last of their kind join it. */
const togetherMs = 30_000;
/** One that stands for several changes at most so often, in ms. */
const changeMs = 1_000;
/** Desktops keep what nobody took away; older ones than these go. */
const mostShown = 20;
/** More than can be looked at one by one; the count stops here. */
const mostTogether = 500;

export type OutsideParts = {
  desktop: Pick<Desktop, "notify">;
  /** The person clicked one that stands for this. */
  open: (notification: Notification) => void;
  /** The person clicked one that stands for several of different things. */
  openAll: (latest: Notification) => void;
  act: (notification: Notification, action: NotificationAction) => void;
};

type Group = {
  kind: NotificationKind;
  /** By id, the latest last. */
  notes: Map<string, Notification>;
  lastAt: number;
  shownAt: number;
  shown: { close(): void } | null;
  timer: NodeJS.Timeout | undefined;
};

export class Outside {
  readonly #parts: OutsideParts;
  /** What is shown, oldest first. */
  readonly #groups = new Set<Group>();

  constructor(parts: OutsideParts) {
    this.#parts = parts;
  }

  /** How many are shown, for those who count. */
  get size(): number {
    return this.#groups.size;
  }

  /** Whether it is (or will be in a moment) shown. */
  show(note: Notification): boolean {
    const now = Date.now();
    const group = this.#groupFor(note, now);
    group.notes.delete(note.id);
    if (group.notes.size < mostTogether) group.notes.set(note.id, note);
    group.lastAt = now;
    if (group.timer !== undefined) return true;
    const wait = group.shownAt + changeMs - now;
    if (wait > 0) {
      group.timer = setTimeout(() => this.#showNow(group), wait);
      return true;
    }
    return this.#showNow(group);
  }

  /** It was seen, answered or forgotten: nobody has to be told any more. */
  withdraw(id: string): void {
    for (const group of this.#groups) if (group.notes.delete(id) && group.notes.size === 0) this.#close(group);
  }

  /** Tells that what was chosen on a notification did not work: there is no window to tell it in. */
  failed(note: Notification, action: NotificationAction, why: string): void {
    this.#parts.desktop.notify(
      { title: actionWords[action].failed, body: `${note.title}: ${why}`, group: note.kind, actions: [] },
      { opened: () => this.#parts.open(note), acted: () => {}, closed: () => {} },
    );
  }

  /** Nothing is shown any more by a main that ends: a click would lead nowhere. */
  close(): void {
    for (const group of [...this.#groups]) this.#close(group);
  }

  #groupFor(note: Notification, now: number): Group {
    for (const group of this.#groups) {
      if (group.kind === note.kind && (now - group.lastAt < togetherMs || group.notes.has(note.id))) return group;
    }
    const group: Group = { kind: note.kind, notes: new Map(), lastAt: now, shownAt: 0, shown: null, timer: undefined };
    this.#groups.add(group);
    const [oldest] = this.#groups;
    if (this.#groups.size > mostShown && oldest !== undefined) this.#close(oldest);
    return group;
  }

  #showNow(group: Group): boolean {
    clearTimeout(group.timer);
    group.timer = undefined;
    const before = group.shown;
    // Before the old one is closed, so that its end is not taken for the group's.
    group.shown = null;
    before?.close();
    const notes = [...group.notes.values()];
    const latest = notes.at(-1);
    if (latest === undefined) return false;
    const single = differentOf(notes) === 1;
    const oneTerminal = latest.terminalId !== null && notes.every(({ terminalId }) => terminalId === latest.terminalId);
    const actions = single ? latest.actions : [];
    let shown: Group["shown"] = null;
    shown = this.#parts.desktop.notify(single ? oneWords(latest) : severalWords(group.kind, notes), {
      opened: () => {
        this.#close(group);
        if (single || oneTerminal) this.#parts.open(latest);
        else this.#parts.openAll(latest);
      },
      acted: (index) => {
        const action = actions[index];
        this.#close(group);
        if (action !== undefined) this.#parts.act(latest, action);
      },
      closed: () => {
        if (group.shown === shown) this.#close(group);
      },
    });
    group.shown = shown;
    group.shownAt = Date.now();
    if (shown === null) this.#close(group);
    return shown !== null;
  }

  #close(group: Group): void {
    this.#groups.delete(group);
    clearTimeout(group.timer);
    group.timer = undefined;
    const { shown } = group;
    group.shown = null;
    shown?.close();
  }
}

function oneWords({ title, body, kind, state, actions }: Notification): OutsideNotification {
  return {
    title: signed(title, [state]),
    body,
    group: kind,
    actions: actions.map((action) => actionWords[action].label),
  };
}

function severalWords(kind: NotificationKind, notes: readonly Notification[]): OutsideNotification {
  return {
    title: signed(
      groupTitle(kind, notes),
      notes.map(({ state }) => state),
    ),
    body: groupBody(notes.map(({ title }) => title).reverse()),
    group: kind,
    actions: [],
  };
}
