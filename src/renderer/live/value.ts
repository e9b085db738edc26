/** A live value in the window, as `settings.watch` and `app.watchHost` send it: the latest one, and whether it is still being told. */
import { follow, type Reachable, type WatchOf } from "./follow.ts";
import { sameJson } from "./same.ts";

export class LiveValue<Value> {
  readonly #listeners = new Set<() => void>();
  #value: Value | null = null;
  readonly #start: () => void;
  #started = false;

  constructor(watch: WatchOf<Value>, reachable: Reachable) {
    this.#start = () => {
      const follower = { event: (value: Value) => this.put(value), lost: () => {} };
      // For as long as the window lives: there are few of these, and the frame shows them all.
      void follow(watch, reachable, follower, new AbortController().signal);
    };
  }

  /** Null until the first one has come. */
  readonly get = (): Value | null => this.#value;

  /** Takes an answer of a call for the latest value, ahead of the watch. */
  put(value: Value): void {
    if (this.#value !== null && sameJson(this.#value, value)) return;
    this.#value = value;
    for (const listener of this.#listeners) listener();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (!this.#started) {
      this.#started = true;
      this.#start();
    }
    return () => this.#listeners.delete(listener);
  };

  /** Resolves with the first value. */
  first(): Promise<Value> {
    return new Promise((resolve) => {
      const stop = this.subscribe(() => check());
      const check = () => {
        if (this.#value === null) return;
        stop();
        resolve(this.#value);
      };
      check();
    });
  }
}
