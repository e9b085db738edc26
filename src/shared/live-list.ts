/** A list that can be watched: everything first, then one change each. A slow watcher gets the latest state of an item once, not every step. */
import type { LiveListEvent } from "./contract/base.ts";

export class LiveList<Item extends { id: string }> {
  readonly #items = new Map<string, Item>();
  readonly #watchers = new Set<Watcher<Item>>();

  get(id: string): Item | undefined {
    return this.#items.get(id);
  }

  values(): Item[] {
    return [...this.#items.values()];
  }

  set(item: Item): void {
    this.#items.set(item.id, item);
    for (const watcher of this.#watchers) watcher.push({ type: "changed", item });
  }

  remove(id: string): void {
    if (!this.#items.delete(id)) return;
    for (const watcher of this.#watchers) watcher.push({ type: "removed", id });
  }

  /** Replaces everything, as after a reconnect: watchers get one `all`. */
  reset(items: Iterable<Item>): void {
    this.#items.clear();
    for (const item of items) this.#items.set(item.id, item);
    for (const watcher of this.#watchers) watcher.restart(this.values());
  }

  /** Ends when `signal` is aborted. `select` leaves out items that the watcher has not asked for. */
  async *watch(
    signal: AbortSignal | undefined,
    select: (item: Item) => boolean = () => true,
  ): AsyncGenerator<LiveListEvent<Item>> {
    const watcher = new Watcher<Item>(select);
    watcher.restart(this.values());
    this.#watchers.add(watcher);
    const stop = () => watcher.close();
    signal?.addEventListener("abort", stop, { once: true });
    try {
      while (!signal?.aborted) {
        const events = await watcher.take();
        if (events === null) return;
        yield* events;
      }
    } finally {
      signal?.removeEventListener("abort", stop);
      this.#watchers.delete(watcher);
    }
  }
}

/** The pending changes of one watcher, one per item: memory stays bounded by the list itself however slow the reader is. */
class Watcher<Item extends { id: string }> {
  #all: Item[] | null = null;
  #pending = new Map<string, LiveListEvent<Item>>();
  #wake: (() => void) | null = null;
  #closed = false;
  readonly #select: (item: Item) => boolean;

  constructor(select: (item: Item) => boolean) {
    this.#select = select;
  }

  restart(items: Item[]): void {
    this.#all = items.filter(this.#select);
    this.#pending.clear();
    this.#wake?.();
  }

  push(event: LiveListEvent<Item>): void {
    if (event.type === "all") return;
    if (event.type === "changed" && !this.#select(event.item)) return;
    const id = event.type === "changed" ? event.item.id : event.id;
    this.#pending.delete(id);
    this.#pending.set(id, event);
    this.#wake?.();
  }

  close(): void {
    this.#closed = true;
    this.#wake?.();
  }

  async take(): Promise<LiveListEvent<Item>[] | null> {
    while (!this.#closed && this.#all === null && this.#pending.size === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = null;
    }
    if (this.#closed) return null;
    const events: LiveListEvent<Item>[] = [];
    if (this.#all !== null) events.push({ type: "all", items: this.#all });
    events.push(...this.#pending.values());
    this.#all = null;
    this.#pending.clear();
    return events;
  }
}

/** Whether something is in the list no more, which this event has told. */
export function goneBy<Item extends { id: string }>(event: LiveListEvent<Item>): (id: string) => boolean {
  if (event.type === "changed") return () => false;
  if (event.type === "removed") return (id) => id === event.id;
  const there = new Set(event.items.map(({ id }) => id));
  return (id) => !there.has(id);
}
