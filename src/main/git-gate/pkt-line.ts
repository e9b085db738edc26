/** git's framing: four hexadecimal digits of length, which count themselves, then the content. 0000 ends a section. */

/** Longest content of one line; git's own limit. */
export const longestLine = 65_516;

export const flush: Buffer = Buffer.from("0000");

export function line(content: string | Buffer): Buffer {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  if (bytes.length > longestLine) throw new RangeError("too long for one line of git's protocol");
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, "0")), bytes]);
}

/** What was sent is not git's protocol. */
export class NotProtocol extends Error {}

/** Reads a body from its beginning, line by line, and leaves the rest as bytes. */
export class LineReader {
  readonly #source: AsyncIterator<Buffer>;
  #kept: Buffer = Buffer.alloc(0);
  #ended = false;

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Null for a flush, undefined at the end of the body. Throws {@link NotProtocol}. */
  async next(): Promise<Buffer | null | undefined> {
    if (!(await this.#fill(4))) {
      if (this.#kept.length === 0) return undefined;
      throw new NotProtocol("the request ends in the middle of a line");
    }
    const digits = this.#kept.toString("latin1", 0, 4);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw new NotProtocol("a line has no length");
    const length = Number.parseInt(digits, 16);
    if (length === 0) {
      this.#kept = this.#kept.subarray(4);
      return null;
    }
    if (length < 4 || length - 4 > longestLine) throw new NotProtocol("a line has a length that cannot be");
    if (!(await this.#fill(length))) throw new NotProtocol("the request ends in the middle of a line");
    const content = this.#kept.subarray(4, length);
    this.#kept = this.#kept.subarray(length);
    return content;
  }

  /** Everything after the lines that were read. */
  async *rest(): AsyncGenerator<Buffer> {
    if (this.#kept.length > 0) yield this.#kept;
    this.#kept = Buffer.alloc(0);
    while (!this.#ended) {
      const { done, value } = await this.#source.next();
      if (done) this.#ended = true;
      else yield value;
    }
  }

  async #fill(length: number): Promise<boolean> {
    while (this.#kept.length < length && !this.#ended) {
      const { done, value } = await this.#source.next();
      if (done) this.#ended = true;
      else this.#kept = this.#kept.length === 0 ? value : Buffer.concat([this.#kept, value]);
    }
    return this.#kept.length >= length;
  }
}
