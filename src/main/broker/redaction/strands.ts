/**
 * Looks for something in the texts that a stream's reader puts together, when it lies in several events of it. Of each text (a *strand*) only an end is
 * remembered that may be the beginning of a match, and bytes wait only while they are such an end. What has passed is remembered as well, so that of
 * a match that was let begin the rest is still found. Pure; the caller says what becomes of a match, and what of bytes that have waited for long.
 */
import type { Framing } from "./framing.ts";
import type { Piece } from "./piece.ts";

export type Read<Found extends { start: number; end: number }> = {
  found: Found[];
  /** Bytes at the end that may become something. */
  unfinished: number;
  /** As many of them as must not pass before it is known what follows, if anything does. */
  held: number;
};

/** A match, and the parts of the stream that are it. */
export type Placed<Found> = { found: Found; parts: Part[] };

/** `whole`: the place of the first byte of an escape that this belongs to, which is blotted out as a whole or not at all. */
type Part = { from: number; to: number; whole: number | null };

type Strand = {
  pieces: Piece[];
  /** Something was added since it was searched. */
  fresh: boolean;
  /** Where those of its bytes are that must not pass. */
  waiting: Part[];
  /** It is sure that more comes. */
  sure: boolean;
};

/** Of a strand, in bytes of its text. */
const mostRemembered = 20_000;
const mostStrands = 256;
/** Of the stream. */
const mostHeld = 128 * 1024;
const star = 0x2a;

export class Strands<Found extends { start: number; end: number }> {
  readonly #framing: Framing;
  readonly #search: (bytes: Buffer) => Read<Found>;
  readonly #strands = new Map<string, Strand>();
  #pending: Buffer = nothing;
  /** Place of the first byte that is pending. */
  #passed = 0;

  constructor(framing: Framing, search: (bytes: Buffer) => Read<Found>) {
    this.#framing = framing;
    this.#search = search;
  }

  /** Whether bytes wait for what may never come. */
  get waits(): boolean {
    return this.#limit(false) < this.#limit(true);
  }

  /** What is found now; it may have begun with bytes that have passed. */
  push(chunk: Buffer): Placed<Found>[] {
    const place = this.#passed + this.#pending.length;
    // A copy: what is blotted out may be somebody else's.
    this.#pending = Buffer.concat([this.#pending, chunk]);
    const placed: Placed<Found>[] = [];
    for (const piece of this.#framing.push(chunk, place)) {
      const strand = this.#strands.get(piece.strand) ?? { pieces: [], fresh: true, waiting: [], sure: false };
      strand.pieces.push(piece);
      strand.fresh = true;
      // The one that was last added to is the last to be forgotten.
      this.#strands.delete(piece.strand);
      this.#strands.set(piece.strand, strand);
      if (piece.next === "end") placed.push(...this.#read(piece.strand));
      else if (this.#strands.size > mostStrands) placed.push(...this.#forgetOne());
    }
    for (const [name, { fresh }] of this.#strands) if (fresh) placed.push(...this.#read(name));
    return placed;
  }

  /** With stars, as long as it was. */
  blot({ parts }: Placed<Found>): void {
    for (const { from, to, whole } of parts) {
      if (whole !== null && whole < this.#passed) continue;
      const start = Math.max(from - this.#passed, 0);
      if (to - this.#passed > start) this.#pending.fill(star, start, to - this.#passed);
    }
  }

  /** What need not wait. */
  pass(): Buffer {
    return this.#passTo(this.#limit(false));
  }

  /** Also what has waited for what did not come. */
  release(): Buffer {
    return this.#passTo(this.#limit(true));
  }

  end(): Buffer {
    return this.#passTo(this.#passed + this.#pending.length);
  }

  #forgetOne(): Placed<Found>[] {
    const [[name, { fresh }] = ["", { fresh: false }]] = this.#strands;
    const placed = fresh ? this.#read(name) : [];
    this.#strands.delete(name);
    return placed;
  }

  #read(name: string): Placed<Found>[] {
    const strand = this.#strands.get(name)!;
    const text = Buffer.concat(strand.pieces.map(({ bytes }) => bytes));
    const { found, unfinished, held } = text.length === 0 ? nothingRead : this.#search(text);
    const placed = found.map((each) => ({ found: each, parts: partsOf(strand.pieces, each.start, each.end) }));
    const { next } = strand.pieces.at(-1)!;
    const kept = next === "end" ? 0 : Math.min(unfinished, mostRemembered);
    if (kept === 0) {
      this.#strands.delete(name);
      return placed;
    }
    const settled = Math.max(0, ...found.map(({ end }) => end));
    strand.sure = next === "more";
    // What was found is settled, and need not wait.
    const waiting = Math.min(strand.sure ? kept : held, text.length - settled);
    strand.waiting = partsOf(strand.pieces, text.length - waiting, text.length);
    strand.pieces = lastOf(strand.pieces, kept);
    strand.fresh = false;
    return placed;
  }

  /** Place up to which bytes may pass; `waited`: also those that wait for what may never come. */
  #limit(waited: boolean): number {
    const end = this.#passed + this.#pending.length;
    let limit = end;
    if (this.#pending.length <= mostHeld) {
      for (const { waiting, sure } of this.#strands.values()) {
        if (waited && !sure) continue;
        const first = waiting.find(({ to }) => to > this.#passed);
        if (first !== undefined) limit = Math.min(limit, first.from);
      }
    }
    return Math.max(this.#passed, Math.min(limit, this.#framing.open ?? end));
  }

  #passTo(limit: number): Buffer {
    const size = limit - this.#passed;
    const bytes = this.#pending.subarray(0, size);
    this.#pending = Buffer.from(this.#pending.subarray(size));
    this.#passed = limit;
    return bytes;
  }
}

/** The parts of the stream that are these bytes of the text. */
function partsOf(pieces: readonly Piece[], start: number, end: number): Part[] {
  const parts: Part[] = [];
  let before = 0;
  for (const { bytes, at, size, more } of pieces) {
    const from = Math.max(start - before, 0);
    const to = Math.min(end - before, bytes.length);
    before += bytes.length;
    if (from >= to) continue;
    if (more === undefined) parts.push({ from: at + from, to: at + to, whole: null });
    else for (const each of [{ at, size }, ...more]) parts.push({ from: each.at, to: each.at + each.size, whole: at });
  }
  return parts;
}

function lastOf(pieces: readonly Piece[], kept: number): Piece[] {
  const last: Piece[] = [];
  let left = kept;
  for (let index = pieces.length - 1; index >= 0 && left > 0; index--) {
    const piece = pieces[index]!;
    const cut = piece.more === undefined ? Math.max(0, piece.bytes.length - left) : 0;
    left -= piece.bytes.length - cut;
    // A copy, so that the chunk it came in is not kept.
    const bytes = Buffer.from(piece.bytes.subarray(cut));
    last.unshift({ ...piece, bytes, at: piece.at + cut, size: piece.size - cut });
  }
  return last;
}

const nothing = Buffer.alloc(0);
const nothingRead = { found: [], unfinished: 0, held: 0 };
