/**
 * The last bytes a terminal has put out, addressed by their offset since spawn. Trimmed exactly, byte by byte. Memory grows
 * with what is kept, so that an idle terminal costs little.
 */

export const ringBytes = 1024 * 1024;
const firstBytes = 8 * 1024;

export class Ring {
  readonly capacity: number;
  #store: Buffer;
  #end = 0;

  constructor(capacity = ringBytes) {
    this.capacity = capacity;
    this.#store = Buffer.allocUnsafeSlow(Math.min(firstBytes, capacity));
  }

  /** Offset of the oldest byte that is still there. */
  get start(): number {
    return Math.max(0, this.#end - this.capacity);
  }

  /** Offset after the newest byte: how many bytes there have been. */
  get end(): number {
    return this.#end;
  }

  append(chunk: Uint8Array): void {
    const kept = chunk.byteLength > this.capacity ? chunk.subarray(chunk.byteLength - this.capacity) : chunk;
    this.#end += chunk.byteLength - kept.byteLength;
    this.#grow(kept.byteLength);
    const at = this.#end % this.#store.length;
    const first = Math.min(kept.byteLength, this.#store.length - at);
    this.#store.set(kept.subarray(0, first), at);
    if (first < kept.byteLength) this.#store.set(kept.subarray(first), 0);
    this.#end += kept.byteLength;
  }

  /** A copy of `[from, to)`; what is no longer, or not yet, there is left out. */
  slice(from: number, to: number): Buffer {
    const low = Math.max(from, this.start);
    const high = Math.max(low, Math.min(to, this.#end));
    const out = Buffer.allocUnsafe(high - low);
    this.copy(out, 0, low, high);
    return out;
  }

  /** Copies `[from, to)`, which has to be there, into `target` at `at`. */
  copy(target: Buffer, at: number, from: number, to: number): void {
    const first = from % this.#store.length;
    const length = Math.min(to - from, this.#store.length - first);
    this.#store.copy(target, at, first, first + length);
    if (length < to - from) this.#store.copy(target, at + length, 0, to - from - length);
  }

  /** `[from, to)`, which has to be there, in one or two pieces of the ring's own memory: they change when it is overwritten. */
  views(from: number, to: number): Buffer[] {
    const first = from % this.#store.length;
    const length = Math.min(to - from, this.#store.length - first);
    const head = this.#store.subarray(first, first + length);
    return length < to - from ? [head, this.#store.subarray(0, to - from - length)] : [head];
  }

  /** While the store is smaller than the capacity nothing has wrapped yet, so growing is one copy. */
  #grow(more: number): void {
    const wanted = Math.min(this.#end + more, this.capacity);
    if (wanted <= this.#store.length) return;
    let length = this.#store.length;
    while (length < wanted) length *= 2;
    const grown = Buffer.allocUnsafeSlow(Math.min(length, this.capacity));
    this.#store.copy(grown, 0, 0, Math.min(this.#end, this.#store.length));
    this.#store = grown;
  }
}
