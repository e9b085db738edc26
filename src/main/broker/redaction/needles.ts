/**
 * Finds any of many byte strings in one pass. A table over the first two bytes says where a closer look is worth it: as large as it is, it is made once
 * for all streams that are searched for the same.
 */

export class Needles {
  readonly all: readonly Buffer[];
  readonly longest: number;
  /** By byte: whether a needle begins with it. */
  readonly begins = new Uint8Array(256);
  #table: Table | null = null;

  /** To be searched for with `find` and `beginning`, each has to be at least two bytes long. */
  constructor(needles: readonly Buffer[]) {
    this.all = needles;
    this.longest = needles.reduce((most, { length }) => Math.max(most, length), 0);
    for (const needle of needles) this.begins[needle[0]!] = 1;
  }

  /** Places in order; where several begin, the longest. */
  find(bytes: Buffer): { start: number; end: number }[] {
    this.#table ??= tableOf(this.all);
    const { places, buckets } = this.#table;
    const found: { start: number; end: number }[] = [];
    for (let at = 0; at + 1 < bytes.length; at++) {
      const bucket = places[(bytes[at]! << 8) | bytes[at + 1]!]!;
      if (bucket === 0) continue;
      let end = 0;
      for (const needle of buckets[bucket]!) {
        const to = at + needle.length;
        if (to > end && to <= bytes.length && bytes.compare(needle, 0, needle.length, at, to) === 0) end = to;
      }
      if (end > 0) found.push({ start: at, end });
    }
    return found;
  }

  /** Longest part of the end that may become a needle when more follows. */
  beginning(bytes: Buffer): number {
    this.#table ??= tableOf(this.all);
    const { places, buckets } = this.#table;
    for (let at = Math.max(0, bytes.length - this.longest + 1); at < bytes.length; at++) {
      if (this.begins[bytes[at]!] === 0) continue;
      const length = bytes.length - at;
      if (length === 1) return 1;
      for (const needle of buckets[places[(bytes[at]! << 8) | bytes[at + 1]!]!]!) {
        if (needle.length > length && bytes.compare(needle, 0, length, at) === 0) return length;
      }
    }
    return 0;
  }
}

/** Place in `buckets` by the first two bytes; 0 is nothing. */
type Table = { places: Uint16Array; buckets: Buffer[][] };

function tableOf(needles: readonly Buffer[]): Table {
  const places = new Uint16Array(65_536);
  const buckets: Buffer[][] = [[]];
  for (const needle of needles) {
    const start = (needle[0]! << 8) | needle[1]!;
    if (places[start] === 0) places[start] = buckets.push([]) - 1;
    buckets[places[start]!]!.push(needle);
  }
  return { places, buckets };
}

const [lineFeed, carriageReturn] = [10, 13];

/** As {@link Needles}, also where lines were broken in the middle of one, as base64 usually is. */
export function findWrapped(
  needles: Needles,
  bytes: Buffer,
): { found: { start: number; end: number }[]; unfinished: number } {
  const found = needles.find(bytes);
  const unfinished = needles.beginning(bytes);
  if (!bytes.includes(lineFeed)) return { found, unfinished };
  const joined = Buffer.allocUnsafe(bytes.length);
  const places = new Uint32Array(bytes.length);
  let size = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === lineFeed || byte === carriageReturn) continue;
    joined[size] = byte;
    places[size++] = at;
  }
  const text = joined.subarray(0, size);
  for (const { start, end } of needles.find(text)) {
    const place = { start: places[start]!, end: places[end - 1]! + 1 };
    if (place.end - place.start > end - start) found.push(place);
  }
  const begun = needles.beginning(text);
  return { found, unfinished: Math.max(unfinished, begun === 0 ? 0 : bytes.length - places[size - begun]!) };
}
