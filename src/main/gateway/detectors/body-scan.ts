/** A body that is looked at as it passes, as the bytes that it is. */
import { Transform, type TransformCallback } from "node:stream";
import { type AskAbout, allowUpload, filler, mostKeptBack, type Scanner } from "./scanner.ts";

const newline = 10;

/** A body on its way. Ends with {@link Detected} when something must not pass; what was before it has passed by then, what it is has not. */
export class BodyScan extends Transform {
  readonly #scanner: Scanner;
  readonly #where: string;
  readonly #ask: AskAbout;
  #kept: Buffer = Buffer.alloc(0);
  /** Bytes of it that have passed. */
  #gone = 0;
  #passed = 0;
  #uploadAllowed = false;

  readonly #lines: boolean;

  /** `where`: what it is the body of, as a sentence begins with it. `lines`: each is whole, so that nothing waits beyond its end. */
  constructor(scanner: Scanner, where: string, ask: AskAbout, lines = false) {
    super();
    this.#scanner = scanner;
    this.#where = where;
    this.#ask = ask;
    this.#lines = lines;
  }

  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    this.#take(chunk, false).then(() => done(), done);
  }

  override _flush(done: TransformCallback): void {
    this.#take(Buffer.alloc(0), true).then(() => done(), done);
  }

  async #take(chunk: Buffer, last: boolean): Promise<void> {
    this.#passed += chunk.length;
    if (!this.#uploadAllowed && this.#passed > this.#scanner.looks.uploadBytes) {
      this.#uploadAllowed = await allowUpload(this.#scanner.looks, this.#ask);
    }
    if (!this.#scanner.reads) return void this.push(chunk);
    const bytes = Buffer.concat([this.#kept, chunk]);
    const gone = this.#gone;
    const { found, unfinished } = this.#scanner.read(bytes);
    const whole = this.#lines ? bytes.lastIndexOf(newline) + 1 : 0;
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
  }
}
