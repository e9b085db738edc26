/** Work that must not overlap with other work on the same thing, in the order it came. */

export class OneAtATime {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Resolves when nothing is under way and nothing waits. */
  async idle(): Promise<void> {
    while (this.#last.size > 0) await Promise.all(this.#last.values());
  }

  /** Runs `work` when everything given for `key` before has ended, whatever its outcome. */
  async run<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#last.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    const settled = mine.catch(() => {});
    this.#last.set(key, settled);
    try {
      return await mine;
    } finally {
      if (this.#last.get(key) === settled) this.#last.delete(key);
    }
  }
}
