/** The cell that holds a terminal: its record, its output, its time limit, and everyone who waits for its end. */
import type { CellOutput } from "./cell-output.ts";
import type { CellRecord } from "./cell-terminal.ts";

/** Node's timers take at most 2^31-1 ms; a longer limit is waited for in steps. */
const longestTimerMs = 2_000_000_000;

export class HeldCell {
  record: CellRecord;
  readonly output: CellOutput;
  /** Some of the code may be with the program. */
  sent = false;
  /** Its `fired` event is out. */
  fired = false;
  /** Ctrl-C is on its way: whatever ends the cell now, it is `interrupted`. */
  interrupting = false;
  /** A file that the shell reads the code from. */
  codeFile: string | null = null;
  readonly startedAt = performance.now();
  #timer: NodeJS.Timeout | null = null;
  /** Settles when the cell is done, over its limit, or failed. */
  readonly answered: Promise<void>;
  readonly answer: () => void;

  constructor(record: CellRecord, output: CellOutput) {
    this.record = record;
    this.output = output;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.answered = promise;
    this.answer = resolve;
  }

  /** `limitSeconds` 0 is no limit. */
  startLimit(onLimit: () => void): void {
    if (this.record.limitSeconds === 0) return;
    const wait = (leftMs: number) => {
      const step = Math.min(leftMs, longestTimerMs);
      this.#timer = setTimeout(() => (leftMs > step ? wait(leftMs - step) : onLimit()), step);
    };
    wait(this.record.limitSeconds * 1000);
  }

  stopLimit(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
