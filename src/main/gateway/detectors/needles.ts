/** Finds any of many byte strings in one pass. A table over the first two bytes says where a closer look is worth it. */

export class Needles {
  /** Place in `#buckets`, by the first two bytes; 0 is nothing. */
  readonly #table = new Uint16Array(65_536);
  readonly #buckets: Buffer[][] = [[]];
  readonly #longest: number;

  /** Each at least two bytes long. */
  constructor(needles: readonly Buffer[]) {
    this.#longest = needles.reduce((most, { length }) => Math.max(most, length), 0);
    for (const needle of needles) {
      const start = (needle[0]! << 8) | needle[1]!;
      if (this.#table[start] === 0) this.#table[start] = this.#buckets.push([]) - 1;
      this.#buckets[this.#table[start]!]!.push(needle);
    }
  }

  /** Places in order; where several begin, the longest. */
  find(bytes: Buffer): { start: number; end: number }[] {
    const found: { start: number; end: number }[] = [];
    for (let at = 0; at + 1 < bytes.length; at++) {
      const bucket = this.#table[(bytes[at]! << 8) | bytes[at + 1]!]!;
      if (bucket === 0) continue;
      let end = 0;
      for (const needle of this.#buckets[bucket]!) {
        const to = at + needle.length;
        if (to > end && to <= bytes.length && bytes.compare(needle, 0, needle.length, at, to) === 0) end = to;
      }
      if (end > 0) found.push({ start: at, end });
    }
    return found;
  }

  /** Longest part of the end that may become a needle when more follows. */
  beginning(bytes: Buffer): number {
    for (let at = Math.max(0, bytes.length - this.#longest + 1); at < bytes.length; at++) {
      const rest = bytes.subarray(at);
      const begins = (needle: Buffer) => needle.length > rest.length && needle.subarray(0, rest.length).equals(rest);
      const candidates =
        rest.length > 1 ? this.#buckets[this.#table[(rest[0]! << 8) | rest[1]!]!]! : this.#buckets.flat();
      if (candidates.some(begins)) return rest.length;
    }
    return 0;
  }
}
