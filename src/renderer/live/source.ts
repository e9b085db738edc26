/**
 * A live list in the window: follows one `watch` procedure, survives a lost connection, and hands out stable references: an item
 * that did not change is the same object as before, also when everything is sent again after a reconnect. Changes are told at most
 * once per frame of the screen, so that three hundred busy terminals cost one render.
 */
import type { LiveListEvent, Problem } from "#shared/contract/base.ts";
import { problemFrom } from "../connection/problem.ts";
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

export type Watch<Item> = (signal: AbortSignal) => Promise<AsyncIterable<LiveListEvent<Item>>>;

/** Resolves when another attempt makes sense; rejects when `signal` is aborted. */
export type Reachable = (signal: AbortSignal) => Promise<void>;

export const nothing: LiveSnapshot<never> = {
  status: "loading",
  items: [],
  byId: new Map<string, never>(),
  problem: null,
};

/** A watch that nobody looks at is kept for so long, so that moving between screens does not ask again. */
const lingerMs = 5_000;
/** Wait before asking again after a watch failed although the connection is there. */
const retryMs = 1_000;

export class LiveSource<Item extends { id: string }> {
  readonly #watch: Watch<Item>;
  readonly #reachable: Reachable;
  #snapshot: LiveSnapshot<Item> = nothing;
  #byId = new Map<string, Item>();
  readonly #listeners = new Set<() => void>();
  #running: AbortController | null = null;
  #linger: ReturnType<typeof setTimeout> | undefined;
  #frame: number | null = null;
  #next: Pick<LiveSnapshot<Item>, "status" | "problem"> = nothing;

  constructor(watch: Watch<Item>, reachable: Reachable) {
    this.#watch = watch;
    this.#reachable = reachable;
  }

  readonly getSnapshot = (): LiveSnapshot<Item> => this.#snapshot;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    clearTimeout(this.#linger);
    if (!this.#running) void this.#run();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#linger = setTimeout(() => this.#stop(), lingerMs);
    };
  };

  #stop(): void {
    this.#running?.abort();
    this.#running = null;
    this.#byId = new Map();
    this.#snapshot = nothing;
  }

  async #run(): Promise<void> {
    const control = new AbortController();
    this.#running = control;
    const { signal } = control;
    while (!signal.aborted) {
      try {
        await this.#reachable(signal);
        for await (const event of await this.#watch(signal)) {
          if (signal.aborted) return;
          this.#take(event);
        }
        this.#tell(this.#byId.size > 0 ? "stale" : "loading", null);
      } catch (thrown) {
        if (signal.aborted) return;
        this.#tell(this.#snapshot.status === "loading" ? "loading" : "stale", problemFrom(thrown));
      }
      await pause(retryMs, signal);
    }
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
    else this.#frame ??= requestAnimationFrame(() => this.#publish());
  }

  #publish(): void {
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

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
