/** Slows down guessing: after a few wrong passphrases each further one costs a wait, twice as long as the last. */

const freeTries = 3;
const firstWaitMs = 2_000;
const longestWaitMs = 60_000;

export class WrongPassphrases {
  readonly #now: () => number;
  #wrong = 0;
  #until = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** When the next one is tried, in ms since 1970; null: at once. */
  get waitUntil(): number | null {
    return this.#until > this.#now() ? this.#until : null;
  }

  failed(): void {
    this.#wrong += 1;
    const paid = this.#wrong - freeTries;
    if (paid >= 0) this.#until = this.#now() + Math.min(firstWaitMs * 2 ** paid, longestWaitMs);
  }

  succeeded(): void {
    this.#wrong = 0;
    this.#until = 0;
  }
}
