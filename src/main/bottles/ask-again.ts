/** Asks again what could not be asked: soon at first, then ever less often, until there is nothing left to ask. */

const firstMs = 1_000;
const mostMs = 5 * 60_000;

type Waiting = { timer: NodeJS.Timeout; afterMs: number };

export class AskAgain<Key> {
  readonly #waiting = new Map<Key, Waiting>();
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

  close(): void {
    this.#closed = true;
    for (const { timer } of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }

  #later(key: Key, afterMs: number): void {
    if (this.#closed) return;
    const timer = setTimeout(() => void this.#now(key, afterMs), afterMs).unref();
    this.#waiting.set(key, { timer, afterMs });
  }

  async #now(key: Key, afterMs: number): Promise<void> {
    const known = await this.#ask(key).catch(() => false);
    if (known) this.#waiting.delete(key);
    else this.#later(key, Math.min(afterMs * 2, mostMs));
  }
}
