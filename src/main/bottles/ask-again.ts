/** Asks again what could not be asked: soon at first, then ever less often, until there is nothing left to ask. */

const firstMs = 1_000;
const mostMs = 5 * 60_000;

export class AskAgain<Key> {
  readonly #waiting = new Map<Key, { timer?: NodeJS.Timeout }>();
  readonly #ask: (key: Key) => Promise<boolean>;
  #closed = false;

  /** `ask` resolves to whether everything is known now; what it throws counts as not. */
  constructor(ask: (key: Key) => Promise<boolean>) {
    this.#ask = ask;
  }

  /** Nothing when it is being asked again already. */
  want(key: Key): void {
    if (!this.#waiting.has(key)) this.#later(key, firstMs);
  }

  /** At once, whether or not it was being asked again; and what is away still is asked as often as at first. */
  hurry(key: Key): void {
    clearTimeout(this.#waiting.get(key)?.timer);
    if (!this.#closed) void this.#now(key, firstMs);
  }

  close(): void {
    this.#closed = true;
    for (const { timer } of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }

  #later(key: Key, afterMs: number): void {
    if (this.#closed) return;
    const timer = setTimeout(() => void this.#now(key, Math.min(afterMs * 2, mostMs)), afterMs).unref();
    this.#waiting.set(key, { timer });
  }

  async #now(key: Key, nextMs: number): Promise<void> {
    const asking = {};
    this.#waiting.set(key, asking);
    const known = await this.#ask(key).catch(() => false);
    // Somebody was in a greater hurry: their answer counts.
    if (this.#waiting.get(key) !== asking) return;
    if (known) this.#waiting.delete(key);
    else this.#later(key, nextMs);
  }
}
