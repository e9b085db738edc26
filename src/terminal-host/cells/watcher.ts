/** What finds the end of one cell: it is fed everything its terminal puts out from the moment before the code is sent. */
import type { Mark } from "./marks.ts";

/** How a cell's code ran, as far as its watcher can tell. */
export type CellOutcome = {
  exitCode: number | null;
  /** Monotonic milliseconds at which the command started; null where only the sending is known. */
  startedAt: number | null;
};

export interface CellWatcher {
  text(bytes: Uint8Array): void;
  mark(mark: Mark): void;
  /** All of the code is with the program. */
  sent(): void;
  /** Puts what is still being held back into the output; the cell ends in another way than by its prompt. */
  flush(): void;
  dispose(): void;
}
