/** Bells of terminals, told at once and then at most every so often: a program that rings without end costs its clients nothing. */

/** Milliseconds in which bells of one terminal are told together. */
const togetherMs = 100;

export class Bells {
  readonly #tell: (terminalId: string, count: number) => void;
  /** Rung since the last telling, of terminals that rang within the time above. */
  readonly #untold = new Map<string, number>();

  constructor(tell: (terminalId: string, count: number) => void) {
    this.#tell = tell;
  }

  rang(terminalId: string, count: number): void {
    const untold = this.#untold.get(terminalId);
    if (untold !== undefined) {
      this.#untold.set(terminalId, untold + count);
      return;
    }
    this.#tell(terminalId, count);
    this.#untold.set(terminalId, 0);
    setTimeout(() => {
      const more = this.#untold.get(terminalId) ?? 0;
      this.#untold.delete(terminalId);
      if (more > 0) this.rang(terminalId, more);
    }, togetherMs).unref();
  }
}
