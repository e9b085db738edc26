/**
 * The activities of launched programs as a live list, and each change of one for whoever tells people. The terminal host keeps them, because
 * it lives as long as the programs do: after a start of main, or a new connection, they are taken over as they are and are no news.
 */
import type { Activity } from "#shared/contract/activities.ts";
import type { Terminal } from "#shared/contract/terminals.ts";
import { LiveList } from "#shared/live-list.ts";
import type { HostEvent } from "#terminal-host/protocol.ts";

export type ActivitiesParts = {
  onHostEvent: (listener: (event: HostEvent) => void) => () => void;
  /** Every terminal that is new or has changed, also when main concludes by itself that it is lost. */
  onTerminal: (listener: (terminal: Terminal) => void) => () => void;
};

export type ActivityChange = { before: Activity | undefined; now: Activity };

export class Activities {
  readonly list = new LiveList<Activity>();
  readonly #listeners = new Set<(change: ActivityChange) => void>();
  readonly #stops: (() => void)[];

  constructor({ onHostEvent, onTerminal }: ActivitiesParts) {
    this.#stops = [onHostEvent((event) => this.#take(event)), onTerminal((terminal) => this.#follow(terminal))];
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }

  /** What changes from now on. Returns what ends it. */
  onChange(listener: (change: ActivityChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #take(event: HostEvent): void {
    if (event.type === "all") this.list.reset(event.activities);
    else if (event.type === "terminalRemoved") this.list.remove(event.id);
    else if (event.type === "activity") {
      const before = this.list.get(event.activity.id);
      this.list.set(event.activity);
      for (const listener of this.#listeners) listener({ before, now: event.activity });
    }
  }

  /** With its host gone nothing is known of a program any more. */
  #follow({ id, state, updatedAt }: Terminal): void {
    const known = this.list.get(id);
    if (state !== "stream_lost" || known === undefined || known.source === "exit") return;
    this.list.set({
      ...known,
      state: "unknown",
      since: updatedAt,
      at: updatedAt,
      evidence: "The terminal host has ended; whether it still runs is not known",
      source: "exit",
      brief: null,
      guess: false,
      calls: false,
      degraded: null,
    });
  }
}
