/**
 * One direction of a WebSocket, whose messages are looked at: as the bytes that they are, and as the texts that their reader puts together from one
 * or several. A message goes on once it is whole; of one that is larger than {@link mostWhole}, what was looked at goes before the rest has come. While a
 * message waits for a person, those behind it wait too, and pings and pongs do not.
 */
import { Duplex } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { ServerFrames, Strands, silenceMs } from "../../broker/redaction/index.ts";
import {
  closing,
  type FramePart,
  FrameReader,
  FrameWriter,
  isControl,
  MalformedFrame,
  plainFrame,
} from "../web-socket-frames.ts";
import { type AskAbout, askingOnce, Detected, type Finding, type Scanner, UploadCount } from "./scanner.ts";

/** Bytes that are taken while what came before them is not settled. */
const mostAhead = 64 * 1024;
/** What a frame weighs beside its payload, so that many empty ones are not nothing. */
const frameWeight = 64;
/** After so long, others get their turn. */
const mostAtOnceMs = 5;

export type MessageScanParts = {
  /** Null: everything passes that is well formed. */
  scanner: Scanner | null;
  /** What its messages are, as a sentence begins with it. */
  where: string;
  ask: AskAbout;
  /** Frames are masked: those of the program are. */
  masked: boolean;
  /** Something was blotted out, for the first time of its kind. */
  blotted: (what: string) => void;
  /** Something must not pass, or is no frame; nothing after it passes. Called once; then it has to be closed. */
  refused: (why: Detected | MalformedFrame) => void;
};

export class MessageScan extends Duplex {
  readonly #parts: MessageScanParts;
  readonly #reader: FrameReader;
  /** Of what has been looked at. */
  readonly #settled = new FrameReader({ masked: false });
  readonly #writer: FrameWriter;
  readonly #strands: Strands<Finding> | null;
  readonly #uploads: UploadCount | null;
  /** Messages need not be told apart: none can be what ends it all. */
  readonly #together: boolean;
  /** One answer is for one message. */
  #ask: AskAbout;
  #noted: number;
  #queue: (FramePart | MalformedFrame)[] = [];
  #ahead = 0;
  #working = false;
  /** Nothing that comes is read: it comes after the last frame. */
  #deaf = false;
  #closed = false;
  #over = false;
  /** What comes out of it is being read. */
  #wanted = true;
  #taken: (() => void) | null = null;
  #ended: (() => void) | null = null;
  #heldSince: number | null = null;
  #silence: NodeJS.Timeout | undefined;

  constructor(parts: MessageScanParts) {
    super();
    const { scanner, ask, masked } = parts;
    this.#parts = parts;
    this.#reader = new FrameReader({ masked });
    this.#writer = new FrameWriter({ masked });
    // Unmasked, the frames of both sides are written alike.
    this.#strands = scanner?.reads ? new Strands(new ServerFrames(), (bytes) => scanner.read(bytes)) : null;
    this.#uploads = scanner && new UploadCount(scanner.looks, "What was sent over this WebSocket", ask);
    this.#together = scanner === null || scanner.onlyRedacts;
    this.#ask = askingOnce(ask).ask;
    this.#noted = scanner?.blotted.length ?? 0;
  }

  /** With a frame that says so, as the last that goes out; what still comes in is thrown away. */
  close(code: number, reason: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#deaf = true;
    this.#queue = [];
    clearTimeout(this.#silence);
    if (!this.#closed) this.push(this.#writer.close(code, reason));
    this.push(null);
    this.#proceed();
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    if (this.#deaf) {
      done();
      return;
    }
    this.#taken = done;
    try {
      for (const part of this.#reader.push(chunk)) {
        this.#take(part);
        if (part.opcode !== closing) continue;
        this.#deaf = true;
        break;
      }
    } catch (error) {
      if (!(error instanceof MalformedFrame)) throw error;
      this.#deaf = true;
      this.#queue.push(error);
    }
    void this.#work();
    this.#proceed();
  }

  override _read(): void {
    this.#wanted = true;
    this.#proceed();
  }

  override _final(done: () => void): void {
    this.#ended = done;
    void this.#work();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#over = true;
    clearTimeout(this.#silence);
    done(error);
  }

  #take(part: FramePart): void {
    if (isControl(part) && part.opcode !== closing && this.#isClean(part.payload)) this.#give(part);
    else {
      this.#queue.push(part);
      this.#ahead += weightOf(part);
    }
  }

  #isClean(bytes: Buffer): boolean {
    return this.#strands === null || this.#parts.scanner!.read(bytes).found.length === 0;
  }

  async #work(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    try {
      let began = performance.now();
      while (this.#queue.length > 0) {
        await this.#pass(this.#next());
        this.#proceed();
        if (performance.now() - began < mostAtOnceMs) continue;
        await setImmediate();
        began = performance.now();
      }
    } catch (error) {
      this.#fail(error as Error);
    }
    this.#working = false;
    this.#proceed();
    if (this.#ended !== null && !this.#working) this.#finish(this.#ended);
  }

  #fail(error: Error): void {
    if (this.#over) return;
    if (error instanceof Detected || error instanceof MalformedFrame) this.#parts.refused(error);
    else this.destroy(error);
  }

  /** As much as has come of one message or, where that makes no difference, of several; or another frame. */
  #next(): FramePart[] {
    const parts: FramePart[] = [];
    for (let size = 0; this.#queue.length > 0 && size < mostAhead; ) {
      const next = this.#queue[0]!;
      if (next instanceof MalformedFrame) {
        if (parts.length > 0) break;
        throw next;
      }
      if (isControl(next) && parts.length > 0) break;
      this.#queue.shift();
      this.#ahead -= weightOf(next);
      size += next.payload.length;
      parts.push(next);
      if (isControl(next) || (endsMessage(next) && !this.#together)) break;
    }
    return parts;
  }

  async #pass(parts: readonly FramePart[]): Promise<void> {
    const strands = this.#strands;
    const last = parts.at(-1)!;
    if (!isControl(last)) await this.#uploads?.take(parts.reduce((sum, { payload }) => sum + payload.length, 0));
    if (strands === null) {
      for (const part of parts) this.#give(part);
      return;
    }
    clearTimeout(this.#silence);
    for (const placed of strands.push(Buffer.concat(parts.map(plainFrame)))) {
      await this.#parts.scanner!.settle([placed.found], this.#parts.where, this.#ask, () => strands.blot(placed));
      this.#note();
    }
    if (endsMessage(last)) this.#ask = askingOnce(this.#parts.ask).ask;
    // Nothing follows a close that a beginning could wait for.
    this.#giveBytes(last.opcode === closing ? strands.end() : strands.pass());
    this.#wait(strands);
  }

  #note(): void {
    for (const what of this.#parts.scanner!.blotted.slice(this.#noted)) {
      this.#noted++;
      this.#parts.blotted(what);
    }
  }

  /** A message that ends like the beginning of something waits for the next, and no longer than a silence would be, whatever else is said. */
  #wait(strands: Strands<Finding>): void {
    if (this.#over || !strands.waits) {
      this.#heldSince = null;
      return;
    }
    const now = performance.now();
    this.#heldSince ??= now;
    const release = () => {
      this.#heldSince = null;
      this.#giveBytes(strands.release());
    };
    this.#silence = setTimeout(release, Math.max(0, this.#heldSince + silenceMs - now));
  }

  #giveBytes(bytes: Buffer): void {
    for (const part of this.#settled.push(bytes)) this.#give(part);
  }

  #give(part: FramePart): void {
    if (this.#over || this.#closed) return;
    this.#closed = part.opcode === closing;
    const bytes = this.#writer.take(part);
    if (bytes !== null) this.#wanted = this.push(bytes);
  }

  /** Takes more, once there is room for it. */
  #proceed(): void {
    const done = this.#taken;
    if (done === null) return;
    const room = this.#wanted && this.#ahead <= mostAhead;
    if (!room && !this.#over) return;
    this.#taken = null;
    done();
  }

  #finish(ended: () => void): void {
    this.#ended = null;
    clearTimeout(this.#silence);
    if (!this.#over) {
      if (this.#strands !== null) this.#giveBytes(this.#strands.end());
      this.#over = true;
      this.push(null);
    }
    ended();
  }
}

function endsMessage(part: FramePart): boolean {
  return part.ends && part.final && !isControl(part);
}

function weightOf({ payload }: FramePart): number {
  return payload.length + frameWeight;
}
