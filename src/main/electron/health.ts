/** What to do with a window whose page ends or does not come up: pure. Nothing here reloads twice without a person having said so. */

/** A page that has not said within this time that it can be used is stuck: a start takes a second, on a slow computer five. */
export const startPatienceMs = 20_000;

/** Crashes within this time belong together. */
const togetherMs = 60_000;
/** After so many of them loading again is no help. */
const mostTogether = 3;

/** `reload`: at once, nobody has seen anything yet. `ask`: the person decides. `recover`: another way in is needed. */
export type Remedy = "reload" | "ask" | "recover";

export class Health {
  readonly #now: () => number;
  #usable = false;
  #failedStarts = 0;
  #crashes: number[] = [];

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  get usable(): boolean {
    return this.#usable;
  }

  loading(): void {
    this.#usable = false;
  }

  becameUsable(): void {
    this.#usable = true;
    this.#failedStarts = 0;
  }

  /** A person wants to try once more: what was before does not count. */
  startAfresh(): void {
    this.#failedStarts = 0;
    this.#crashes = [];
  }

  crashed(): Remedy {
    const now = this.#now();
    const wasUsable = this.#usable;
    this.#usable = false;
    this.#crashes = [...this.#crashes.filter((at) => now - at < togetherMs), now];
    if (!wasUsable) {
      this.#failedStarts += 1;
      return this.#failedStarts === 1 ? "reload" : "recover";
    }
    return this.#crashes.length < mostTogether ? "ask" : "recover";
  }
}
