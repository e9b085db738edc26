/** Keeps what a program prints, up to a limit: the beginning of stdout, the end of stderr. */

/** Enough of stderr to say what went wrong. */
const stderrBytes = 64 * 1024;

export class Beginning {
  readonly #limit: number;
  readonly #chunks: Buffer[] = [];
  #size = 0;
  /** More came than was kept. */
  cut = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(chunk: Buffer): void {
    const room = this.#limit - this.#size;
    if (chunk.length > room) this.cut = true;
    if (room <= 0) return;
    const kept = chunk.length > room ? chunk.subarray(0, room) : chunk;
    this.#chunks.push(kept);
    this.#size += kept.length;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}

export class Ending {
  #kept = Buffer.alloc(0);

  push(chunk: Buffer): void {
    this.#kept = Buffer.concat([this.#kept, chunk]).subarray(-stderrBytes);
  }

  text(): string {
    return this.#kept.toString("utf8");
  }
}

/** The last `count` lines that say something; what a carriage return overwrote is left out. */
export function lastLines(text: string, count = 5): string {
  const lines = text
    .split("\n")
    .map((line) => line.replace(/\r+$/, "").split("\r").at(-1)?.trim() ?? "")
    .filter((line) => line !== "");
  return lines.slice(-count).join("\n");
}
