/** Takes a secret out of a stream of events, where it may lie in several of them. */
import type { Framing } from "./framing.ts";
import type { Redactor } from "./redactor.ts";
import { Strands } from "./strands.ts";
import type { Redacting } from "./stream.ts";

/** A beginning that is shorter is no reason to keep an event back: it is in any text, and gives nothing away. */
export const shortestHeld = 3;

type Place = { start: number; end: number };

export class EventRedactor implements Redacting {
  readonly #redactor: Redactor;
  readonly #bytesFirst: boolean;
  readonly #strands: Strands<Place>;

  /** `bytesFirst`: the redactor goes over all bytes before they are read as events; not where events have said their length. */
  constructor(redactor: Redactor, framing: Framing, { bytesFirst }: { bytesFirst: boolean }) {
    this.#redactor = redactor;
    this.#bytesFirst = bytesFirst;
    const { needles } = redactor;
    this.#strands = new Strands(framing, (bytes) => {
      const unfinished = needles.beginning(bytes);
      return { found: needles.find(bytes), unfinished, held: unfinished < shortestHeld ? 0 : unfinished };
    });
  }

  get waits(): boolean {
    return this.#strands.waits;
  }

  push(chunk: Buffer): Buffer {
    this.#take(this.#bytesFirst ? this.#redactor.push(chunk) : chunk);
    return this.#strands.pass();
  }

  release(): Buffer {
    return this.#strands.release();
  }

  end(): Buffer {
    if (this.#bytesFirst) this.#take(this.#redactor.end());
    return this.#strands.end();
  }

  #take(bytes: Buffer): void {
    for (const placed of this.#strands.push(bytes)) {
      this.#strands.blot(placed);
      this.#redactor.count++;
    }
  }
}
