/**
 * Replaces byte sequences in a stream, also across the borders of chunks. Only what may still become a match is held back, so at most the
 * length of the longest form, and nothing when the end of a chunk begins none. The result does not depend on how the stream was cut.
 */
import { formsOf } from "./forms.ts";
import { Needles } from "./needles.ts";
import type { Redacting } from "./stream.ts";

const redacted = Buffer.from("[redacted]");

export class Redactor implements Redacting {
  readonly needles: Needles;
  readonly #replacement: Buffer;
  #held: Buffer = nothing;
  /** How many matches were replaced. */
  count = 0;
  /** What waits here is in the middle of something. */
  readonly waits = false;

  constructor(forms: Needles | readonly Buffer[], replacement: Buffer = redacted) {
    this.needles = forms instanceof Needles ? forms : new Needles(forms);
    this.#replacement = replacement;
  }

  get #forms(): readonly Buffer[] {
    return this.needles.all;
  }

  /** Whether these bytes alone hold any form. */
  finds(bytes: Buffer): boolean {
    return this.#forms.some((form) => bytes.includes(form));
  }

  /** What may be passed on now. */
  push(chunk: Buffer): Buffer {
    return this.#forms.length === 0 ? chunk : this.#run(this.#joined(chunk), false);
  }

  /** What was held back, once nothing follows. */
  end(): Buffer {
    return this.#run(this.#joined(nothing), true);
  }

  release(): Buffer {
    return nothing;
  }

  #joined(chunk: Buffer): Buffer {
    if (this.#held.length === 0) return chunk;
    const joined = Buffer.concat([this.#held, chunk]);
    this.#held = nothing;
    return joined;
  }

  #run(bytes: Buffer, last: boolean): Buffer {
    if (bytes.length === 0) return nothing;
    const parts: Buffer[] = [];
    const next = this.#forms.map((form) => bytes.indexOf(form));
    let from = 0;
    for (;;) {
      const match = this.#firstMatch(bytes, next, from);
      const open = last ? -1 : this.#openEnd(bytes, from);
      // What begins earlier wins; while it may still be a longer match, it has to wait.
      if (open >= 0 && (match === null || open <= match.at)) {
        this.#held = Buffer.from(bytes.subarray(open));
        parts.push(bytes.subarray(from, open));
        break;
      }
      if (match === null) {
        parts.push(bytes.subarray(from));
        break;
      }
      parts.push(bytes.subarray(from, match.at), this.#replacement);
      this.count++;
      from = match.at + match.length;
    }
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }

  /** The earliest match, the longest of those. `next` remembers where each form was found, so that nothing is searched twice. */
  #firstMatch(bytes: Buffer, next: number[], from: number): { at: number; length: number } | null {
    let found: { at: number; length: number } | null = null;
    for (const [index, form] of this.#forms.entries()) {
      if (next[index]! >= 0 && next[index]! < from) next[index] = bytes.indexOf(form, from);
      const at = next[index]!;
      if (at >= 0 && (found === null || at < found.at || (at === found.at && form.length > found.length))) {
        found = { at, length: form.length };
      }
    }
    return found;
  }

  /** Where the earliest form begins that the end of the bytes does not finish; -1 when there is none. */
  #openEnd(bytes: Buffer, from: number): number {
    for (let at = Math.max(from, bytes.length - this.needles.longest + 1); at < bytes.length; at++) {
      if (this.needles.begins[bytes[at]!] === 0) continue;
      const length = bytes.length - at;
      for (const form of this.#forms) {
        if (form.length > length && bytes.compare(form, 0, length, at) === 0) return at;
      }
    }
    return -1;
  }
}

/** Redactors for one answer after the other. What is looked for is made ready anew only when a handle's secret is another one. */
export class Redactors {
  readonly #made = new Map<string, { secret: string; needles: Needles }>();

  for(handle: string, secret: string): Redactor {
    let made = this.#made.get(handle);
    if (made?.secret !== secret) {
      made = { secret, needles: new Needles(formsOf(secret)) };
      this.#made.set(handle, made);
    }
    return new Redactor(made.needles);
  }
}

const nothing = Buffer.alloc(0);
