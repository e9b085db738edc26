/** The output of one cell while it grows: text from the model, cut at the limit, handed to the store in pieces so that it is never all in memory. */
import type { CellStore } from "./cell-terminal.ts";

/** What is kept of a cell's output, in bytes of UTF-8. */
export const defaultOutputLimit = 16 * 1024 * 1024;
const pieceLength = 256 * 1024;

export class CellOutput {
  readonly #store: CellStore;
  readonly #cellId: string;
  readonly #limit: number;
  #unsaved = "";
  #savedLength = 0;
  bytes = 0;
  truncated = false;

  constructor(store: CellStore, cellId: string, limitBytes: number) {
    this.#store = store;
    this.#cellId = cellId;
    this.#limit = limitBytes;
  }

  append(text: string): void {
    if (this.truncated || text === "") return;
    const room = this.#limit - this.bytes;
    let size = Buffer.byteLength(text);
    let kept = text;
    if (size > room) {
      const { read, written } = new TextEncoder().encodeInto(text, new Uint8Array(room));
      kept = text.slice(0, read);
      size = written;
      this.truncated = true;
    }
    this.bytes += size;
    this.#unsaved += kept;
    if (this.#unsaved.length >= pieceLength) this.#flush();
  }

  #flush(): void {
    this.#store.appendOutput(this.#cellId, this.#savedLength, this.#unsaved);
    this.#savedLength += this.#unsaved.length;
    this.#unsaved = "";
  }

  /** What the store does not have yet, to be saved together with the record. */
  takeUnsaved(): { from: number; text: string } {
    const rest = { from: this.#savedLength, text: this.#unsaved };
    this.#savedLength += this.#unsaved.length;
    this.#unsaved = "";
    return rest;
  }

  /** Text so far, by offset in UTF-16 code units. */
  read(from: number, length: number): { text: string; totalLength: number } {
    const totalLength = this.#savedLength + this.#unsaved.length;
    const stored = from < this.#savedLength ? this.#store.readOutput(this.#cellId, from, length).text : "";
    const start = Math.max(0, from + stored.length - this.#savedLength);
    return { text: stored + this.#unsaved.slice(start, start + length - stored.length), totalLength };
  }
}
