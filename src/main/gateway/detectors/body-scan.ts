/** A body that is looked at as it passes, as the bytes that it is. */
import { Transform, type TransformCallback } from "node:stream";
import { silenceMs } from "../../broker/redaction/index.ts";
import { type AskAbout, filler, mostKeptBack, type Scanner, UploadCount } from "./scanner.ts";

const newline = 10;

export type Waiting = {
  /** Each line is whole, so that nothing waits beyond its end. */
  lines: boolean;
  /** What may be the beginning of something waits until it is known; else only as long as nobody may be waiting for it. */
  patient: boolean;
};

/** A body on its way. Ends with {@link Detected} when something must not pass; what was before it has passed by then, what it is has not. */
export class BodyScan extends Transform {
  readonly #scanner: Scanner;
  readonly #where: string;
  readonly #ask: AskAbout;
  #kept: Buffer = Buffer.alloc(0);
  /** Bytes of it that have passed. */
  #gone = 0;
  readonly #uploads: UploadCount;
  readonly #waiting: Waiting;
  #silence: NodeJS.Timeout | undefined;

  /** `where`: what it is the body of, as a sentence begins with it. */
  constructor(scanner: Scanner, where: string, ask: AskAbout, waiting: Waiting) {
    super();
    this.#scanner = scanner;
    this.#where = where;
    this.#ask = ask;
    this.#uploads = new UploadCount(scanner.looks, where, ask);
    this.#waiting = waiting;
  }

  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    clearTimeout(this.#silence);
    this.#take(chunk, false).then(() => done(), done);
  }

  override _flush(done: TransformCallback): void {
    clearTimeout(this.#silence);
    this.#take(Buffer.alloc(0), true).then(() => done(), done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearTimeout(this.#silence);
    done(error);
  }

  async #take(chunk: Buffer, last: boolean): Promise<void> {
    await this.#uploads.take(chunk.length);
    if (!this.#scanner.reads) return void this.push(chunk);
    const bytes = Buffer.concat([this.#kept, chunk]);
    const gone = this.#gone;
    const { found, unfinished } = this.#scanner.read(bytes);
    const whole = this.#waiting.lines ? bytes.lastIndexOf(newline) + 1 : 0;
    let end = last ? bytes.length : Math.max(bytes.length - unfinished, whole, gone);
    // Nothing is cut in the middle, except what is longer than is ever kept, and what has begun on a line that has passed.
    const crossing = found.find((each) => each.start < end && each.end > end);
    if (crossing !== undefined && bytes.length - crossing.start <= mostKeptBack) end = Math.max(crossing.start, gone);
    await this.#scanner.settle(
      found.filter((each) => each.start < end && each.end > gone),
      this.#where,
      this.#ask,
      (each) => bytes.fill(filler, each.start, each.end),
    );
    const from = Math.min(end, bytes.length - unfinished);
    this.#kept = Buffer.from(bytes.subarray(from));
    this.#gone = end - from;
    if (end > gone) this.push(bytes.subarray(gone, end));
    if (!this.#waiting.patient && this.#gone < this.#kept.length) {
      this.#silence = setTimeout(() => this.#release(), silenceMs);
    }
  }

  /** It stays known, so that the rest of it is found. */
  #release(): void {
    // A copy: what is blotted out later has passed as it was.
    this.push(Buffer.from(this.#kept.subarray(this.#gone)));
    this.#gone = this.#kept.length;
  }
}
