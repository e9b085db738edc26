/**
 * Text that is written piece by piece, as UTF-8. Put together as a string, a screen of half a megabyte leaves the garbage collector thirty bytes
 * for each of its characters, and its process that much larger.
 */

const firstBytes = 64 * 1024;
/** Most bytes of a code point. */
const longestCodePoint = 4;

export class Utf8Writer {
  #bytes = Buffer.allocUnsafeSlow(firstBytes);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  text(text: string): void {
    // Three bytes for each UTF-16 unit is the most there can be.
    this.#makeRoom(text.length * 3);
    this.#length += this.#bytes.write(text, this.#length);
  }

  codePoint(code: number): void {
    this.#makeRoom(longestCodePoint);
    if (code < 0x80) this.#bytes[this.#length++] = code;
    else this.#length += this.#bytes.write(String.fromCodePoint(code), this.#length);
  }

  /** Takes back everything after the first `length` bytes. */
  cut(length: number): void {
    this.#length = length;
  }

  /** A copy with memory of its own. */
  written(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.#bytes.subarray(0, this.#length));
  }

  #makeRoom(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.#length + more));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}
