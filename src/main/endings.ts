/** What main's end has to end. Whatever was begun is added at once, so that a start that fails undoes what it had begun. */
export class Endings {
  readonly #ends: (() => unknown)[] = [];

  /** May answer a promise, which is waited for. */
  add(end: () => unknown): void {
    this.#ends.push(end);
  }

  /** Ends what was begun last first; one that fails does not keep the others from it. */
  async run(): Promise<void> {
    for (let end = this.#ends.pop(); end !== undefined; end = this.#ends.pop()) {
      try {
        await end();
      } catch (error) {
        console.error("while ending:", error);
      }
    }
  }
}
