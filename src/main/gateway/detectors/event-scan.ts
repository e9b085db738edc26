/** A body that is looked at as it passes, as the texts that its reader puts together from it: strings without their escapes, and what goes on from event to event. */
import { Transform, type TransformCallback } from "node:stream";
import { type Framing, Strands, silenceMs } from "../../broker/redaction/index.ts";
import type { AskAbout, Finding, Scanner } from "./scanner.ts";

/** Ends with {@link Detected} as a {@link BodyScan} does; of what lies in several events, the first may have passed. */
export class EventScan extends Transform {
  readonly #scanner: Scanner;
  readonly #where: string;
  readonly #ask: AskAbout;
  readonly #patient: boolean;
  readonly #strands: Strands<Finding>;
  #silence: NodeJS.Timeout | undefined;

  /** `patient`: what may be the beginning of something waits until it is known. Else only as long as nobody may be waiting for it. */
  constructor(scanner: Scanner, framing: Framing, where: string, ask: AskAbout, { patient }: { patient: boolean }) {
    super();
    this.#scanner = scanner;
    this.#where = where;
    this.#ask = ask;
    this.#patient = patient;
    this.#strands = new Strands(framing, (bytes) => scanner.read(bytes));
  }

  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    clearTimeout(this.#silence);
    this.#take(chunk).then(() => done(), done);
  }

  override _flush(done: TransformCallback): void {
    clearTimeout(this.#silence);
    this.#give(this.#strands.end());
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearTimeout(this.#silence);
    done(error);
  }

  async #take(chunk: Buffer): Promise<void> {
    for (const placed of this.#strands.push(chunk)) {
      await this.#scanner.settle([placed.found], this.#where, this.#ask, () => this.#strands.blot(placed));
    }
    this.#give(this.#strands.pass());
    if (this.#patient || !this.#strands.waits) return;
    this.#silence = setTimeout(() => this.#give(this.#strands.release()), silenceMs);
  }

  #give(bytes: Buffer): void {
    if (bytes.length > 0) this.push(bytes);
  }
}
