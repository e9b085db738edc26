/** Cuts the output of `cat-file --batch` into objects, however it is cut into chunks. */

/** An object that git has not. */
export class MissingObject extends Error {}

export class BatchReader {
  readonly #each: (id: string, type: string, content: Buffer) => void;
  #chunks: Buffer[] = [];
  #length = 0;
  #need = 1;
  #current: { id: string; type: string; size: number } | null = null;
  seen = 0;

  constructor(each: (id: string, type: string, content: Buffer) => void) {
    this.#each = each;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    // Joined only when it is worth it: a large object comes in thousands of pieces.
    while (this.#length >= this.#need && this.#step());
  }

  #step(): boolean {
    const bytes = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
    this.#chunks = [bytes];
    if (this.#current === null) {
      const end = bytes.indexOf(0x0a);
      if (end < 0) {
        this.#need = bytes.length + 1;
        return false;
      }
      const [id = "", type = "", size = ""] = bytes.toString("latin1", 0, end).split(" ");
      if (!/^\d+$/.test(size)) throw new MissingObject();
      this.#current = { id, type, size: Number(size) };
      this.#take(bytes, end + 1);
      this.#need = this.#current.size + 1;
      return true;
    }
    const { id, type, size } = this.#current;
    this.#each(id, type, bytes.subarray(0, size));
    this.seen += 1;
    this.#current = null;
    this.#take(bytes, size + 1);
    this.#need = 1;
    return true;
  }

  #take(bytes: Buffer, length: number): void {
    const rest = bytes.subarray(length);
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#length = rest.length;
  }
}
