/**
 * A live list in the window: follows one `watch` procedure, survives a lost connection, and hands out stable references: an item
 * that did not change is the same object as before, also when everything is sent again after a reconnect. Changes are told
 * together, so that three hundred busy terminals cost one render.
 */
import type { LiveListEvent, Problem } from "#shared/contract/base.ts";
import { follow, type Reachable, type WatchOf } from "./follow.ts";
import { sameJson } from "./same.ts";

/** `loading`: nothing has come yet. `stale`: what is shown was true when the connection was lost. */
export type LiveStatus = "loading" | "live" | "stale";

export type LiveSnapshot<Item> = {
  readonly status: LiveStatus;
  /** In the server's order; new ones at the end. */
  readonly items: readonly Item[];
  readonly byId: ReadonlyMap<string, Item>;
  readonly problem: Problem | null;
};

const nothing: LiveSnapshot<never> = { status: "loading", items: [], byId: new Map<string, never>(), problem: null };

/** A watch that nobody looks at is kept for so long, so that moving between screens does not ask again. */
const lingerMs = 5_000;

/** A first change is shown at once; a busy list is told about so often, which counters need no oftener and which leaves room for typing. */
const betweenMs = 120;

export class LiveSource<Item extends { id: string }> {
  readonly #watch: WatchOf<LiveListEvent<Item>>;
  readonly #reachable: Reachable;
  readonly #listeners = new Set<() => void>();
  #snapshot: LiveSnapshot<Item> = nothing;
  #byId = new Map<string, Item>();
  #next: Pick<LiveSnapshot<Item>, "status" | "problem"> = nothing;
  #running: AbortController | null = null;
  #linger: ReturnType<typeof setTimeout> | undefined;
  #frame: number | null = null;
  #later: ReturnType<typeof setTimeout> | undefined;
  /** When listeners were last told, by `performance.now()`. */
  #published = Number.NEGATIVE_INFINITY;

  constructor(watch: WatchOf<LiveListEvent<Item>>, reachable: Reachable) {
    this.#watch = watch;
    this.#reachable = reachable;
  }

  readonly getSnapshot = (): LiveSnapshot<Item> => this.#snapshot;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    clearTimeout(this.#linger);
    if (!this.#running) this.#start();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#linger = setTimeout(() => this.#stop(), lingerMs);
    };
  };

  #start(): void {
    const control = new AbortController();
    this.#running = control;
    const follower = {
      event: (event: LiveListEvent<Item>) => this.#take(event),
      lost: (problem: Problem | null) =>
        this.#tell(this.#snapshot.status === "loading" && this.#byId.size === 0 ? "loading" : "stale", problem),
    };
    void follow(this.#watch, this.#reachable, follower, control.signal);
  }

  #stop(): void {
    this.#running?.abort();
    this.#running = null;
    this.#byId = new Map();
    this.#snapshot = nothing;
  }

  #take(event: LiveListEvent<Item>): void {
    switch (event.type) {
      case "all": {
        const before = this.#byId;
        this.#byId = new Map(event.items.map((item) => [item.id, keep(before.get(item.id), item)]));
        break;
      }
      case "changed":
        this.#byId.set(event.item.id, keep(this.#byId.get(event.item.id), event.item));
        break;
      case "removed":
        this.#byId.delete(event.id);
        break;
    }
    this.#tell("live", null);
  }

  #tell(status: LiveStatus, problem: Problem | null): void {
    this.#next = { status, problem };
    // Nothing is painted in a hidden window, and frames do not come there; a title or a notification still wants to know.
    if (document.hidden) this.#publish();
    else if (this.#frame === null) {
      const wait = this.#published + betweenMs - performance.now();
      if (wait > 0) this.#later ??= setTimeout(() => this.#nextFrame(), wait);
      else this.#nextFrame();
    }
  }

  #nextFrame(): void {
    this.#later = undefined;
    this.#frame ??= requestAnimationFrame(() => this.#publish());
  }

  #publish(): void {
    clearTimeout(this.#later);
    this.#later = undefined;
    this.#published = performance.now();
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    this.#frame = null;
    if (!this.#running) return;
    const byId = new Map(this.#byId);
    this.#snapshot = { ...this.#next, items: [...byId.values()], byId };
    for (const listener of this.#listeners) listener();
  }
}

function keep<Item>(before: Item | undefined, now: Item): Item {
  return before !== undefined && sameJson(before, now) ? before : now;
}
