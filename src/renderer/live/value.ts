/** A single value that main tells anew whenever it changes (settings, the terminal host's state): one watch for the whole window. */
import { useSyncExternalStore } from "react";
import { type Connection, reachable } from "../connection/index.ts";
import { sameJson } from "./same.ts";

type WatchValue<Value> = (signal: AbortSignal) => Promise<AsyncIterable<Value>>;

/** Wait before asking again after a watch ended although the connection is there. */
const retryMs = 1_000;

export class LiveValue<Value> {
  #value: Value | undefined;
  readonly #listeners = new Set<() => void>();
  readonly #watch: WatchValue<Value>;
  readonly #connection: Connection;
  #started = false;

  constructor(connection: Connection, watch: WatchValue<Value>) {
    this.#connection = connection;
    this.#watch = watch;
  }

  /** The last value heard; undefined before the first. */
  readonly get = (): Value | undefined => this.#value;

  /** The first subscription starts the watch; it goes on as long as the window lives. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (!this.#started) {
      this.#started = true;
      void this.#run();
    }
    return () => this.#listeners.delete(listener);
  };

  async #run(): Promise<void> {
    const { signal } = new AbortController();
    for (;;) {
      await reachable(this.#connection)(signal);
      try {
        for await (const value of await this.#watch(signal)) this.#take(value);
      } catch {
        // The connection was lost or main refused; what is known stays, and it is asked again.
      }
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }

  #take(value: Value): void {
    if (sameJson(this.#value, value)) return;
    this.#value = value;
    for (const listener of this.#listeners) listener();
  }
}

export function useLiveValue<Value>(live: LiveValue<Value>): Value | undefined {
  return useSyncExternalStore(live.subscribe, live.get);
}
