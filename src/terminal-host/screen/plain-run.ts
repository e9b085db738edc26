/**
 * Finds out whether the latest output is nothing but lines of text: no escape sequence, no control character that changes more than
 * the cursor's place, and line ends all along. Of such output the emulator may miss the beginning.
 */
import type { Ring } from "../terminals/ring.ts";

/** A run without a line end for so long is not lines any more. */
const longestLine = 128 * 1024;

/** BEL may end, CAN and SUB break off, a sequence from before; SO and SI change the characters; ESC begins a sequence. */
const notPlain = [0x1b, 0x07, 0x0e, 0x0f, 0x18, 0x1a];
/** First byte of U+0080–U+00BF in UTF-8; of these, U+0080–U+009F are control characters. */
const c1Lead = 0xc2;
const c1End = 0xa0;

export class PlainRun {
  /** Offset after the first line end of the run; null while nothing of it is known to be plain. */
  #from: number | null = null;
  /** Offset after the last line end. */
  #lastLine = 0;
  #end: number | null = null;

  /** End of the output when it is plain at its end, else null. */
  get end(): number | null {
    return this.#end;
  }

  add(chunk: Buffer, offset: number): void {
    if (!isPlain(chunk)) {
      this.#from = null;
      this.#end = null;
      return;
    }
    this.#end = offset + chunk.length;
    const last = chunk.lastIndexOf("\r\n");
    if (last < 0) return;
    this.#from ??= offset + chunk.indexOf("\r\n") + 2;
    this.#lastLine = offset + last + 2;
  }

  /** Whether everything from `offset` on is lines of text. */
  coversFrom(offset: number): boolean {
    if (this.#from === null || this.#end === null) return false;
    return offset >= this.#from && this.#end - this.#lastLine < longestLine;
  }

  /** The beginning of the first whole line that is in the ring. */
  firstLineFrom(ring: Ring): number {
    const start = ring.start;
    const head = ring.slice(start, start + longestLine * 2);
    const at = head.indexOf("\r\n");
    return at < 0 ? start : start + at + 2;
  }
}

function isPlain(chunk: Buffer): boolean {
  for (const byte of notPlain) if (chunk.includes(byte)) return false;
  for (let at = chunk.indexOf(c1Lead); at >= 0; at = chunk.indexOf(c1Lead, at + 1)) {
    const next = chunk[at + 1];
    if (next === undefined || next < c1End) return false;
  }
  return true;
}
