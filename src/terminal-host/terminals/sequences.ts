/**
 * Finds in a terminal's output what the host itself wants to know: title, directory, bell, notifications. It follows the bytes
 * only from an ESC to the end of that sequence and skips everything between, so that plain output costs two searches a chunk.
 * Sequences may be split anywhere; what is kept of one is bounded.
 */
import { type Notice, OscReader } from "./osc.ts";

/** Longest text of a string sequence that is looked at; the rest of a longer one is skipped. */
const textLimit = 8 * 1024;

const BEL = 0x07;
const CAN = 0x18;
const SUB = 0x1a;
const ESC = 0x1b;

/**
 * ground: text. escape: after ESC. csi: until its final byte. osc, text: a string sequence (OSC, which BEL ends too; DCS, SOS, PM,
 * APC). oscEscape, textEscape: after an ESC in it.
 */
type State = "ground" | "escape" | "csi" | "osc" | "oscEscape" | "text" | "textEscape";

export class SequenceScanner {
  readonly #notice: (notice: Notice) => void;
  readonly #osc = new OscReader();
  #state: State = "ground";
  #text: Buffer[] = [];
  #textBytes = 0;
  /** Bytes of the unfinished sequence so far. */
  #unfinished = 0;

  constructor(notice: (notice: Notice) => void) {
    this.#notice = notice;
  }

  /** How many bytes at the end of the output so far belong to a sequence that is not complete. */
  get unfinishedBytes(): number {
    return this.#unfinished;
  }

  push(chunk: Buffer): void {
    const { length } = chunk;
    let at = 0;
    let nextEscape = -1;
    let nextBell = -1;
    while (at < length) {
      if (this.#state === "ground") {
        if (nextEscape < at) nextEscape = positionOf(chunk, ESC, at);
        if (nextBell < at) nextBell = positionOf(chunk, BEL, at);
        if (nextBell < nextEscape) {
          at = nextBell + 1;
          while (at < length && chunk[at] === BEL) at++;
          this.#notice({ type: "bell", count: at - nextBell });
          continue;
        }
        if (nextEscape === length) return;
        at = nextEscape + 1;
        this.#state = "escape";
        this.#unfinished = 1;
      } else if (this.#state === "osc" || this.#state === "text") {
        at = this.#string(chunk, at);
      } else {
        const complete = this.#byte(chunk[at]!);
        at++;
        this.#unfinished = complete ? 0 : this.#unfinished + 1;
      }
    }
  }

  /** Goes to the end of a string sequence, or of the chunk; returns the position after it. */
  #string(chunk: Buffer, from: number): number {
    let at = from;
    const { length } = chunk;
    for (; at < length; at++) {
      const byte = chunk[at]!;
      if (byte === ESC || byte === CAN || byte === SUB || (byte === BEL && this.#state === "osc")) break;
    }
    this.#keep(chunk.subarray(from, at));
    this.#unfinished += at - from;
    if (at === length) return at;
    const byte = chunk[at]!;
    if (byte === ESC) {
      this.#state = this.#state === "osc" ? "oscEscape" : "textEscape";
      this.#unfinished++;
    } else {
      this.#finish(byte === BEL);
      this.#state = "ground";
      this.#unfinished = 0;
    }
    return at + 1;
  }

  /** One byte of a sequence that is not a string; true when it was the last. */
  #byte(byte: number): boolean {
    if (byte === CAN || byte === SUB) {
      this.#state = "ground";
    } else if (this.#state === "oscEscape" || this.#state === "textEscape") {
      const ended = byte === 0x5c;
      this.#finish(ended && this.#state === "oscEscape");
      this.#state = "ground";
      // Any other character: the string was broken off, and a new sequence has begun.
      if (!ended) this.#escaped(byte);
    } else if (byte === ESC) {
      this.#state = "escape";
      this.#unfinished = 0;
    } else if (byte === BEL) {
      // A control character within a sequence is obeyed at once.
      this.#notice({ type: "bell", count: 1 });
    } else if (this.#state === "csi") {
      if (byte >= 0x40 && byte <= 0x7e) this.#state = "ground";
    } else {
      this.#escaped(byte);
    }
    return this.#state === "ground";
  }

  /** The byte after ESC, or after intermediates. */
  #escaped(byte: number): void {
    if (byte === 0x5b) this.#state = "csi";
    else if (byte === 0x5d) this.#state = "osc";
    else if (byte === 0x50 || byte === 0x58 || byte === 0x5e || byte === 0x5f) this.#state = "text";
    // Intermediates (a charset is named), and control characters, which do not end the sequence.
    else this.#state = byte < 0x30 ? "escape" : "ground";
  }

  #keep(bytes: Buffer): void {
    if (this.#state !== "osc" || this.#textBytes >= textLimit) return;
    const kept = Buffer.from(bytes.subarray(0, textLimit - this.#textBytes));
    this.#text.push(kept);
    this.#textBytes += kept.length;
  }

  #finish(complete: boolean): void {
    const text = Buffer.concat(this.#text).toString("utf8");
    const whole = this.#textBytes < textLimit;
    this.#text = [];
    this.#textBytes = 0;
    if (!complete || !whole) return;
    const notice = this.#osc.read(text);
    if (notice) this.#notice(notice);
  }
}

/** Position of a byte at or after `from`; the length of the chunk when there is none. */
function positionOf(chunk: Buffer, byte: number, from: number): number {
  const at = chunk.indexOf(byte, from);
  return at < 0 ? chunk.length : at;
}
