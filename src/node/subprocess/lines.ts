/** Cuts a byte stream into lines. A carriage return ends a line too: progress of git and docker rewrites its line with it. */
import { StringDecoder } from "node:string_decoder";

/** A line longer than this is handed on in pieces, so that a program without line ends cannot fill the memory. */
const longestLine = 64 * 1024;

export class LineSplitter {
  readonly #decoder = new StringDecoder("utf8");
  readonly #onLine: (line: string) => void;
  #rest = "";

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(chunk: Buffer): void {
    const parts = (this.#rest + this.#decoder.write(chunk)).split(/\r\n|\n|\r/);
    this.#rest = parts.pop() ?? "";
    for (const part of parts) if (part !== "") this.#onLine(part);
    if (this.#rest.length > longestLine) this.flush();
  }

  flush(): void {
    const last = this.#rest;
    this.#rest = "";
    if (last !== "") this.#onLine(last);
  }
}
