/**
 * Reads JSON as it comes, for the text in its strings: each string's pieces, as their reader has them, with the place in the stream where they are.
 * It does not check JSON; what is none gives no text, until the next value begins.
 */
import type { Piece } from "./piece.ts";

/**
 * Which strings are read as one: those at the same place in one value after the other; in an array around everything also those of one element after
 * the other, as Gemini streams; or none, and then only such strings are given that are written otherwise than they are read.
 */
export type Joins = "values" | "elements" | "none";

type Level = {
  array: boolean;
  /** Name of the member that is being read. */
  name: string;
  index: number;
  /** What tells this object from others at the same place in other events. */
  marks: string;
};

const mostDeep = 64;
const mostOfName = 200;

/** Members that say whose text it is, in the streams of Anthropic, OpenAI, Gemini and Ollama. */
const marking = new Set(["type", "index", "output_index", "content_index", "summary_index", "item_id"]);
/** Members that no reader puts together from event to event. */
const noText =
  /(?:^|_)(?:id|type|name|model|role|object|status|event|reason|fingerprint|obfuscation|signature|version)$/i;

const [tab, newline, space, quote, comma, colon] = [9, 10, 32, 34, 44, 58];
const [openArray, backslash, closeArray, openObject, closeObject] = [91, 92, 93, 123, 125];

export class JsonStrings {
  readonly #emit: (piece: Piece) => void;
  readonly #joins: Joins;
  /** Strings of this value go on those of others. */
  #joined: boolean;
  #levels: Level[] = [];
  #state: "between" | "string" | "lost" = "between";
  /** What the string is that is being read. */
  #role: "name" | "mark" | "text" = "text";
  /** The string goes on those of others, or others on it. */
  #goesOn = false;
  #small = "";
  /** Of the string, what was not given on yet. */
  #parts: Omit<Piece, "strand" | "next">[] = [];
  /** There is more to the string than its bytes alone would say. */
  #differs = false;
  /** The strand to which more of a string was to come. */
  #awaited: string | null = null;
  #awaitsName = false;
  /** An escape that has begun, and the places where it is. */
  #escape: { text: string; places: { at: number; size: number }[] } | null = null;

  constructor(emit: (piece: Piece) => void, joins: Joins) {
    this.#emit = emit;
    this.#joins = joins;
    this.#joined = joins === "values";
  }

  /** Place of an escape of which only the beginning has come: blotting out its end alone would break the JSON. */
  get open(): number | null {
    return this.#escape?.places[0]?.at ?? null;
  }

  /** Of a value, whole or broken off; the next one begins. */
  end(): void {
    // Nobody waits for the rest of a string that was broken off.
    if (this.#awaited !== null) this.#emit({ strand: this.#awaited, bytes: nothing, at: 0, size: 0, next: "perhaps" });
    this.#awaited = null;
    this.#levels = [];
    this.#state = "between";
    this.#awaitsName = false;
    this.#escape = null;
    this.#parts = [];
  }

  push(bytes: Buffer, place: number): void {
    let at = 0;
    while (at < bytes.length && this.#state !== "lost") {
      if (this.#state === "string") at = this.#string(bytes, at, place);
      else at = this.#between(bytes, at);
    }
    if (this.#parts.length === 0) return;
    this.#differs = true;
    this.#give("more");
  }

  #between(bytes: Buffer, at: number): number {
    const byte = bytes[at]!;
    const level = this.#levels.at(-1);
    if (byte === quote) this.#beginString();
    else if (byte === openObject || byte === openArray) {
      if (this.#levels.length === 0 && this.#joins === "elements") this.#joined = byte === openArray;
      if (this.#levels.length === mostDeep) this.#state = "lost";
      else this.#levels.push({ array: byte === openArray, name: "", index: 0, marks: "" });
      this.#awaitsName = byte === openObject;
    } else if (byte === closeObject || byte === closeArray) {
      this.#levels.pop();
      this.#awaitsName = false;
      if (this.#levels.length === 0) this.end();
    } else if (byte === comma && level !== undefined) {
      level.index++;
      this.#awaitsName = !level.array;
    } else if (byte === colon) this.#awaitsName = false;
    else if (byte > space && level?.array === false && marking.has(level.name)) {
      level.marks += String.fromCharCode(byte);
    }
    return at + 1;
  }

  #beginString(): void {
    this.#state = "string";
    this.#small = "";
    const level = this.#levels.at(-1);
    const member = level?.array === false ? level.name : "";
    if (this.#awaitsName) this.#role = "name";
    else this.#role = this.#joined && marking.has(member) ? "mark" : "text";
    this.#goesOn = this.#joined && !noText.test(member);
    this.#differs = this.#goesOn;
  }

  /** Up to the end of a run of plain characters, of an escape, or of the string. */
  #string(bytes: Buffer, at: number, place: number): number {
    if (this.#escape !== null) return this.#escaped(bytes, at, place);
    let to = at;
    while (to < bytes.length && bytes[to] !== quote && bytes[to] !== backslash) to++;
    if (to > at) {
      if (this.#role === "text") this.#parts.push({ bytes: bytes.subarray(at, to), at: place + at, size: to - at });
      else this.#add(bytes.toString("latin1", at, to));
    }
    if (to === bytes.length) return to;
    if (bytes[to] === quote) this.#endString(place + to);
    else this.#escape = { text: "\\", places: [{ at: place + to, size: 1 }] };
    return to + 1;
  }

  #escaped(bytes: Buffer, at: number, place: number): number {
    const begun = this.#escape!;
    begun.text += String.fromCharCode(bytes[at]!);
    const last = begun.places.at(-1)!;
    if (last.at + last.size === place + at) last.size++;
    else begun.places.push({ at: place + at, size: 1 });
    if (begun.text[1] !== "u" || begun.text.length === 6) {
      this.#escape = null;
      this.#differs = true;
      const read = unescaped(begun.text);
      const [first, ...more] = begun.places;
      if (this.#role === "text") this.#parts.push({ bytes: read, ...first!, more });
      else this.#add(read.toString("latin1"));
    }
    return at + 1;
  }

  /** To a name or a mark. */
  #add(text: string): void {
    if (this.#small.length < mostOfName) this.#small += text;
  }

  #endString(at: number): void {
    this.#state = "between";
    const level = this.#levels.at(-1);
    if (this.#role === "text") {
      this.#parts.push({ bytes: nothing, at, size: 0 });
      this.#give(this.#goesOn ? "perhaps" : "end");
    } else if (level !== undefined && this.#role === "name") level.name = this.#small;
    else if (level !== undefined && this.#role === "mark") level.marks += `:${this.#small}`;
    if (level === undefined) this.end();
  }

  #give(next: "more" | "perhaps" | "end"): void {
    const parts = this.#parts.splice(0);
    if (!this.#differs) return;
    const strand = this.#goesOn ? this.#path() : "string";
    this.#awaited = next === "more" ? strand : null;
    for (const [index, part] of parts.entries()) {
      this.#emit({ strand, ...part, next: index === parts.length - 1 ? next : "more" });
    }
  }

  #path(): string {
    const top = this.#joins === "elements" ? "[]" : null;
    return this.#levels
      .map(({ array, name, index, marks }, depth) =>
        array ? ((depth === 0 ? top : null) ?? `[${index}]`) : `.${name}${marks}`,
      )
      .join("");
  }
}

const nothing = Buffer.alloc(0);
const plain: Record<string, number> = { n: newline, t: tab, r: 13, b: 8, f: 12 };

/** Half of a pair of surrogates is no character of any secret: it stands as one that is none either. */
function unescaped(written: string): Buffer {
  const letter = written[1]!;
  if (letter !== "u") return Buffer.of(plain[letter] ?? letter.charCodeAt(0));
  const code = Number.parseInt(written.slice(2), 16);
  return Number.isNaN(code) || (code >= 0xd800 && code <= 0xdfff)
    ? Buffer.of(0)
    : Buffer.from(String.fromCharCode(code));
}
