/**
 * The screen of one live terminal: a follower that hands the output to the emulator in the worker, and makes snapshots from it.
 *
 * Emulation is many times slower than a program that floods. So it is **behind** on purpose: bytes are handed over when the terminal
 * is quiet, when a good batch has gathered, or when somebody asks. In a flood of plain lines the bytes that have left the ring are
 * skipped, since they would be scrolled out of sight anyway; in any other flood the program is held back to the emulator's pace.
 */
import type { TerminalSize } from "#shared/contract/base.ts";
import type { Follower, Output } from "../terminals/output.ts";
import type { Snapshot } from "../terminals/stream-frames.ts";
import type { ScreenView } from "./messages.ts";
import { PlainRun } from "./plain-run.ts";
import type { Screens } from "./screens.ts";

/** A terminal that has been silent for so long has its screen brought up to date, so that an attach finds it ready, in ms. */
const quietMs = 150;
const batchBytes = 256 * 1024;
/** Bytes given to the worker and not yet parsed, beyond which it is left alone. */
const inFlightLimit = 256 * 1024;
/** Bytes not yet given to it beyond which the program waits. Together with what is in flight and on its way it fits the ring. */
const behindLimit = 512 * 1024;

export type ScreenOptions = {
  id: string;
  screens: Screens;
  output: Output;
  size: TerminalSize;
  scrollback: number;
  /** How many bytes at the end of the output are the beginning of a sequence or character: a snapshot never cuts one. */
  unfinishedBytes(): number;
  /** Whether nobody else answers a program that asks its terminal something. */
  answersPrograms(): boolean;
  reply(text: string): void;
};

export class Screen implements Follower {
  readonly #options: ScreenOptions;
  readonly #output: Output;
  readonly #unfollow: () => void;
  readonly #plain = new PlainRun();
  /** Offset up to which bytes were given to the emulator, or skipped. */
  #fed = 0;
  #inFlight = 0;
  #opened = false;
  #closed = false;
  /** Size of the emulator after what it has been given, and the changes that come after. */
  #size: TerminalSize;
  #resizes: { offset: number; size: TerminalSize }[] = [];
  #quietTimer: NodeJS.Timeout | null = null;

  constructor(options: ScreenOptions) {
    this.#options = options;
    this.#output = options.output;
    this.#size = options.size;
    this.#unfollow = options.output.follow(this);
  }

  get closed(): boolean {
    return this.#closed;
  }

  outputArrived(chunk: Buffer, offset: number): void {
    this.#plain.add(chunk, offset);
    const behind = this.#output.bytes - this.#fed;
    if (behind >= batchBytes && !this.#maySkip()) this.#feed(this.#output.bytes, inFlightLimit);
    else if (this.#plain.end === null && this.#options.answersPrograms()) this.#feedSoon();
    else if (this.#quietTimer) this.#quietTimer.refresh();
    else this.#quietTimer = setTimeout(() => this.#quiet(), quietMs);
  }

  outputEnded(): void {
    this.#quiet();
  }

  holdsBack(): boolean {
    if (this.#closed || this.#maySkip()) return false;
    return this.#output.bytes - this.#fed > (this.#output.held ? behindLimit / 2 : behindLimit);
  }

  /** The terminal has this size from the present offset on. */
  resize(size: TerminalSize): void {
    this.#resizes.push({ offset: this.#output.bytes, size });
  }

  /** The screen at an offset near the end of the output, and that offset. */
  async snapshot(): Promise<Snapshot> {
    const offset = this.#output.bytes - this.#options.unfinishedBytes();
    this.#feed(offset, Number.POSITIVE_INFINITY);
    const size = this.#size;
    const screen = await this.#options.screens.serialize(this.#options.id);
    return { offset: Math.max(offset, this.#output.ring.start), ...size, screen };
  }

  view(): Promise<ScreenView> {
    this.#feed(this.#output.bytes, Number.POSITIVE_INFINITY);
    return this.#options.screens.view(this.#options.id);
  }

  close(): void {
    this.#closed = true;
    if (this.#quietTimer) clearTimeout(this.#quietTimer);
    this.#unfollow();
    if (this.#opened) this.#options.screens.close(this.#options.id);
  }

  /** Everything that was not given to the emulator is plain lines, which may scroll away unseen. */
  #maySkip(): boolean {
    return this.#plain.coversFrom(this.#fed);
  }

  #quiet(): void {
    this.#quietTimer = null;
    this.#feed(this.#output.bytes, inFlightLimit);
    if (this.#fed < this.#output.bytes && !this.#closed) this.#quietTimer = setTimeout(() => this.#quiet(), quietMs);
  }

  #feedSoon(): void {
    this.#feed(this.#output.bytes, inFlightLimit);
  }

  /** Gives the emulator what it lacks up to `until`, as long as no more than `limit` bytes are in flight. */
  #feed(until: number, limit: number): void {
    if (this.#closed) return;
    this.#open();
    this.#skip();
    for (;;) {
      const change = this.#resizes[0];
      if (change && change.offset <= this.#fed) {
        this.#resizes.shift();
        this.#size = change.size;
        this.#options.screens.resize(this.#options.id, change.size);
        continue;
      }
      const to = Math.min(until, change?.offset ?? until, this.#fed + limit - this.#inFlight);
      if (to <= this.#fed) return;
      this.#write(this.#fed, to);
    }
  }

  #write(from: number, to: number): void {
    const bytes = new Uint8Array(to - from);
    this.#output.ring.copy(Buffer.from(bytes.buffer), 0, from, to);
    this.#options.screens.write(this.#options.id, bytes);
    this.#fed = to;
    this.#inFlight += bytes.length;
  }

  /** Goes over plain lines that have left the ring, to the beginning of the first whole line that is there. */
  #skip(): void {
    const { ring } = this.#output;
    if (this.#fed >= ring.start) return;
    const line = this.#plain.firstLineFrom(ring);
    const newline = new Uint8Array([0x0d, 0x0a]);
    this.#options.screens.write(this.#options.id, newline);
    this.#inFlight += newline.length;
    this.#fed = line;
  }

  #open(): void {
    if (this.#opened) return;
    this.#opened = true;
    const { id, screens, scrollback } = this.#options;
    screens.open(id, this.#size, scrollback, {
      parsed: (bytes) => this.#parsed(bytes),
      reply: (text) => {
        if (!this.#closed && this.#options.answersPrograms()) this.#options.reply(text);
      },
      lost: () => {
        // A new emulator begins with what the ring still holds.
        this.#opened = false;
        this.#inFlight = 0;
        this.#fed = this.#output.ring.start;
        this.#output.settle();
      },
    });
  }

  #parsed(bytes: number): void {
    this.#inFlight -= bytes;
    const behind = this.#output.bytes - this.#fed;
    if (
      behind > 0 &&
      this.#inFlight < inFlightLimit / 2 &&
      (behind >= batchBytes / 2 || this.#output.held) &&
      !this.#maySkip()
    ) {
      this.#feed(this.#output.bytes, inFlightLimit);
    }
    this.#output.settle();
  }
}
