/** Reads the usage out of an answer as it passes by. It sees copies of bytes that are already on their way and holds nothing up. */
import { modelIn, type Usage, usageIn } from "./formats.ts";

/** Bytes of an answer, or of one event of a stream, that are kept to be read; in a longer one the usage stays unknown. */
const mostKept = 8 * 1024 * 1024;

export type Reading = {
  usage: Usage | null;
  model: string | null;
  /** Read to its end: what is not in it was not said. */
  whole: boolean;
};

export class UsageReader {
  readonly #stream: boolean;
  #kept: Buffer[] = [];
  #size = 0;
  #tooLong = false;
  #missed = false;
  #usage: Usage | null = null;
  #model: string | null = null;

  private constructor(stream: boolean) {
    this.#stream = stream;
  }

  /** Null for a type of content in which no provider tells its usage. */
  static for(contentType: string | undefined): UsageReader | null {
    const type = (contentType ?? "").replace(/;.*/, "").trim().toLowerCase();
    if (type === "text/event-stream" || type === "application/x-ndjson") return new UsageReader(true);
    return type === "application/json" ? new UsageReader(false) : null;
  }

  push(chunk: Buffer): void {
    if (!this.#stream) {
      this.#keep(chunk);
      return;
    }
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      this.#keep(chunk.subarray(from, end));
      this.#line(this.#take());
      from = end + 1;
    }
    if (from < chunk.length) this.#keep(chunk.subarray(from));
  }

  end(): Reading {
    const rest = this.#take();
    if (this.#stream) this.#line(rest);
    else this.#read(rest);
    return { usage: this.#usage, model: this.#usage?.model ?? this.#model, whole: !this.#missed };
  }

  /** `data: {…}` of an event, or a bare line of JSON. */
  #line(line: Buffer): void {
    if (line.length === 0) return;
    const data = line.subarray(0, 5).equals(dataField) ? line.subarray(5) : line[0] === 0x7b ? line : null;
    // Parsing every piece of text that streams by would cost more than passing it on.
    if (data !== null && (this.#model === null || data.includes("usage"))) this.#read(data);
  }

  #read(bytes: Buffer): void {
    if (bytes.length === 0) return;
    let value: unknown;
    try {
      value = JSON.parse(bytes.toString("utf8"));
    } catch {
      return; // `[DONE]`, or no answer of a model at all.
    }
    this.#usage = usageIn(value, this.#usage);
    this.#model ??= modelIn(value);
  }

  #keep(chunk: Buffer): void {
    if (this.#tooLong) return;
    this.#size += chunk.length;
    if (this.#size > mostKept) {
      this.#tooLong = true;
      this.#missed = true;
      this.#kept = [];
    } else {
      // A copy: the chunk itself may be overwritten once it was passed on.
      this.#kept.push(Buffer.from(chunk));
    }
  }

  #take(): Buffer {
    const taken = this.#tooLong ? nothing : Buffer.concat(this.#kept);
    this.#kept = [];
    this.#size = 0;
    this.#tooLong = false;
    return taken;
  }
}

const dataField = Buffer.from("data:");
const nothing = Buffer.alloc(0);
