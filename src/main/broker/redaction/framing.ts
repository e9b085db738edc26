/** How a stream is made of events, and the texts that its reader puts together from them. */
import { type Joins, JsonStrings } from "./json-strings.ts";
import type { Piece } from "./piece.ts";

export interface Framing {
  /** The texts in these bytes, the first of which has this place in the stream. */
  push(bytes: Buffer, place: number): Piece[];
  /** Place of something that must be passed whole, of which only the beginning has come. */
  readonly open: number | null;
  /** No event goes on beyond the end of a line. */
  readonly lines: boolean;
}

/** Null for content in which nobody reads anything but its bytes. `lists`: whether the elements of a list are events, too. */
export function framingOf(contentType: string | undefined, { lists }: { lists: boolean }): Framing | null {
  const type = (contentType ?? "").replace(/;.*/, "").trim().toLowerCase();
  if (type === "text/event-stream") return new ServerSentEvents();
  if (/^application\/(?:x-ndjson|ndjson|jsonl|x-jsonlines|jsonlines|json-seq|stream\+json)$/.test(type)) {
    return new JsonValues("values");
  }
  return /^application\/(?:[\w.-]+\+)?json$/.test(type) ? new JsonValues(lists ? "elements" : "none") : null;
}

/** One JSON value after the other, or one alone. */
class JsonValues implements Framing {
  readonly lines: boolean;
  readonly #pieces: Piece[] = [];
  readonly #json: JsonStrings;

  constructor(joins: Joins) {
    this.lines = joins === "values";
    this.#json = new JsonStrings((piece) => this.#pieces.push(piece), joins);
  }

  get open(): number | null {
    return this.#json.open;
  }

  push(bytes: Buffer, place: number): Piece[] {
    this.#json.push(bytes, place);
    return this.#pieces.splice(0);
  }
}

/** What an event or a message carries: strings of JSON, or bare text that goes on in the next one. */
class Payload {
  readonly #emit: (piece: Piece) => void;
  readonly json: JsonStrings;
  kind: "unknown" | "json" | "text" = "unknown";
  #more = false;

  constructor(emit: (piece: Piece) => void) {
    this.#emit = emit;
    this.json = new JsonStrings(emit, "values");
  }

  push(bytes: Buffer, at: number, more: boolean): void {
    if (bytes.length === 0) return;
    if (this.kind === "unknown") this.kind = bytes[0] === 0x7b || bytes[0] === 0x5b ? "json" : "text";
    if (this.kind === "json") this.json.push(bytes, at);
    else this.#emit({ strand: "text", bytes, at, size: bytes.length, next: more ? "more" : "perhaps" });
    this.#more = more;
  }

  /** Nothing more of it is sure to come. */
  pause(at: number): void {
    if (this.kind === "text" && this.#more) {
      this.#emit({ strand: "text", bytes: nothing, at, size: 0, next: "perhaps" });
    }
    this.#more = false;
  }

  end(): void {
    this.kind = "unknown";
    this.json.end();
  }
}

const [lineFeed, carriageReturn, blank] = [10, 13, 32];

/** https://html.spec.whatwg.org/multipage/server-sent-events.html */
class ServerSentEvents implements Framing {
  readonly lines = true;
  readonly #pieces: Piece[] = [];
  readonly #payload = new Payload((piece) => this.#pieces.push(piece));
  #state: "name" | "first of value" | "value" | "other" = "name";
  #name = "";
  #afterReturn = false;

  get open(): number | null {
    return this.#payload.json.open;
  }

  push(bytes: Buffer, place: number): Piece[] {
    let at = 0;
    while (at < bytes.length) {
      const byte = bytes[at]!;
      const ends = byte === lineFeed || byte === carriageReturn;
      // CR LF is one end of a line.
      if (ends && !(byte === lineFeed && this.#afterReturn)) this.#endLine(place + at);
      this.#afterReturn = byte === carriageReturn;
      if (ends) at++;
      else at = this.#take(bytes, at, place);
    }
    return this.#pieces.splice(0);
  }

  #take(bytes: Buffer, at: number, place: number): number {
    if (this.#state === "name") {
      if (bytes[at] === 0x3a) this.#state = this.#name === "data" ? "first of value" : "other";
      else if (this.#name.length < 5) this.#name += String.fromCharCode(bytes[at]!);
      return at + 1;
    }
    if (this.#state === "first of value") {
      this.#state = "value";
      if (bytes[at] === blank) return at + 1;
    }
    let to = at;
    while (to < bytes.length && bytes[to] !== lineFeed && bytes[to] !== carriageReturn) to++;
    if (this.#state === "value") this.#payload.push(bytes.subarray(at, to), place + at, to === bytes.length);
    return to;
  }

  #endLine(at: number): void {
    this.#payload.pause(at);
    if (this.#state === "name" && this.#name === "") this.#payload.end();
    this.#state = "name";
    this.#name = "";
  }
}

/** The side of a WebSocket that a server speaks on, without extensions (RFC 6455 5.2). */
export class ServerFrames implements Framing {
  readonly lines = false;
  readonly #pieces: Piece[] = [];
  readonly #payload = new Payload((piece) => this.#pieces.push(piece));
  #head: number[] = [];
  #left = 0;
  #final = true;
  #control = false;
  /** No client reads what follows. */
  #broken = false;

  get open(): number | null {
    return this.#payload.json.open;
  }

  push(bytes: Buffer, place: number): Piece[] {
    let at = 0;
    while (at < bytes.length) {
      if (this.#broken) {
        const rest = bytes.subarray(at);
        this.#pieces.push({ strand: "broken", bytes: rest, at: place + at, size: rest.length, next: "more" });
        break;
      }
      if (this.#left === 0) {
        this.#head.push(bytes[at++]!);
        this.#readHead(place + at);
        continue;
      }
      const part = bytes.subarray(at, at + this.#left);
      this.#left -= part.length;
      this.#take(part, place + at);
      at += part.length;
    }
    return this.#pieces.splice(0);
  }

  #readHead(at: number): void {
    const [first = 0, second = 0] = this.#head;
    const short = second & 0x7f;
    const size = 2 + (short === 126 ? 2 : short === 127 ? 8 : 0);
    if (this.#head.length < 2 || this.#head.length < size) return;
    this.#left = size === 2 ? short : this.#head.slice(2).reduce((sum, byte) => sum * 256 + byte, 0);
    this.#head = [];
    this.#control = (first & 0x08) !== 0;
    // A mask, or bits of an extension that nobody agreed to.
    if ((second & 0x80) !== 0 || (first & 0x70) !== 0) this.#broken = true;
    if (this.#control) return;
    this.#final = (first & 0x80) !== 0;
    if (this.#left === 0 && this.#final) this.#end(at);
  }

  #take(part: Buffer, at: number): void {
    const inFrame = this.#left > 0;
    const whole = { bytes: part, at, size: part.length };
    if (this.#control) {
      this.#pieces.push({ strand: "control", ...whole, next: inFrame ? "more" : "end" });
      return;
    }
    const ends = !inFrame && this.#final;
    this.#payload.push(part, at, !ends);
    // Also as it is written, and alone: what is no string in it, has a form that escapes belong to, or begins where a word ended in the one before.
    this.#pieces.push({ strand: "message", ...whole, next: "more" });
    if (ends) this.#end(at + part.length);
  }

  /** Of a message. */
  #end(at: number): void {
    this.#pieces.push({ strand: "message", bytes: nothing, at, size: 0, next: "end" });
    this.#payload.pause(at);
    this.#payload.end();
  }
}

const nothing = Buffer.alloc(0);
