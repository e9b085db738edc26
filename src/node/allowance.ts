/** So many at once and so many a second, and no more. */
export class Allowance {
  readonly #burst: number;
  readonly #perMs: number;
  #left: number;
  #at: number | null = null;

  constructor({ burst, perSecond }: { burst: number; perSecond: number }) {
    this.#burst = burst;
    this.#perMs = perSecond / 1000;
    this.#left = burst;
  }

  /** Whether one more is allowed now; each `true` counts. `now` is in milliseconds. */
  takes(now: number): boolean {
    this.#left = Math.min(this.#burst, this.#left + (now - (this.#at ?? now)) * this.#perMs);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
