/**
 * Finds in a terminal's raw output what a shell says about itself: the OSC 133 and 633 marks of `resources/shell-integration` (only those
 * that carry this terminal's nonce; all others stay text), and whether the program has turned bracketed paste on. Everything else is handed
 * on untouched. A chunk without ESC costs one search.
 */

export type Mark =
  | { type: "promptStart" }
  /** The prompt is complete; the shell waits for input. */
  | { type: "promptEnd" }
  | { type: "commandStart" }
  /** `exitCode` is null where the shell says only that the output has ended; the mark with the code follows. */
  | { type: "commandEnd"; exitCode: number | null }
  | { type: "cwd"; path: string }
  | { type: "paste"; on: boolean };

const esc = 0x1b;
const bell = 0x07;
/** A mark longer than this is none of ours: a directory's path is at most 4096 bytes, each escaped in at most four. */
const longestMark = 20_000;
const longestModeSequence = 64;

export class MarkScanner {
  readonly #suffix: string | null;
  readonly #onText: (bytes: Uint8Array) => void;
  readonly #onMark: (mark: Mark) => void;
  /** The start of a sequence that may be one of ours, whose end has not arrived. */
  #held: Buffer | null = null;

  /** Without a nonce no OSC mark counts. */
  constructor(nonce: string | null, onText: (bytes: Uint8Array) => void, onMark: (mark: Mark) => void) {
    this.#suffix = nonce === null ? null : `;cellar=${nonce}`;
    this.#onText = onText;
    this.#onMark = onMark;
  }

  feed(bytes: Uint8Array): void {
    let chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (this.#held !== null) {
      chunk = Buffer.concat([this.#held, chunk]);
      this.#held = null;
    }
    let start = 0;
    let at = chunk.indexOf(esc);
    while (at !== -1) {
      const found = this.#read(chunk, at);
      if (found === "incomplete") {
        this.#text(chunk, start, at);
        this.#held = Buffer.from(chunk.subarray(at));
        return;
      }
      if (found === null) {
        at = chunk.indexOf(esc, at + 1);
        continue;
      }
      this.#text(chunk, start, at);
      for (const mark of found.marks) this.#onMark(mark);
      start = found.end;
      at = chunk.indexOf(esc, start);
    }
    this.#text(chunk, start, chunk.length);
  }

  #text(chunk: Buffer, start: number, end: number): void {
    if (end > start) this.#onText(chunk.subarray(start, end));
  }

  #read(chunk: Buffer, at: number): { marks: Mark[]; end: number } | "incomplete" | null {
    const kind = chunk[at + 1];
    if (kind === undefined) return "incomplete";
    if (kind === 0x5b) return readMode(chunk, at);
    if (kind === 0x5d && this.#suffix !== null) return this.#readOsc(chunk, at, this.#suffix);
    return null;
  }

  #readOsc(chunk: Buffer, at: number, suffix: string): { marks: Mark[]; end: number } | "incomplete" | null {
    const head = chunk.toString("latin1", at + 2, at + 6);
    if (!"133;".startsWith(head) && !"633;".startsWith(head)) return null;
    if (head.length < 4) return "incomplete";
    for (let i = at + 6; i < chunk.length; i++) {
      const byte = chunk[i]!;
      const ended = byte === bell ? i + 1 : byte === esc && chunk[i + 1] === 0x5c ? i + 2 : 0;
      if (ended > 0) {
        const mark = markOf(chunk.toString("utf8", at + 2, i), suffix);
        return mark === null ? null : { marks: [mark], end: ended };
      }
      if (byte === esc && i + 1 === chunk.length) break;
      if (byte < 0x20 || i - at > longestMark) return null;
    }
    return "incomplete";
  }
}

function readMode(chunk: Buffer, at: number): { marks: Mark[]; end: number } | "incomplete" | null {
  if (chunk[at + 2] === undefined) return "incomplete";
  if (chunk[at + 2] !== 0x3f) return null;
  for (let i = at + 3; i < at + longestModeSequence; i++) {
    const byte = chunk[i];
    if (byte === undefined) return "incomplete";
    if ((byte >= 0x30 && byte <= 0x39) || byte === 0x3b) continue;
    if (byte !== 0x68 && byte !== 0x6c) return null;
    const modes = chunk.toString("latin1", at + 3, i).split(";");
    // A sequence that sets other modes too stays in the text, which must know of the alternate screen.
    if (modes.includes("2004")) {
      const end = modes.length === 1 ? i + 1 : at;
      if (end === at) return null;
      return { marks: [{ type: "paste", on: byte === 0x68 }], end };
    }
    return null;
  }
  return null;
}

function markOf(body: string, suffix: string): Mark | null {
  if (!body.endsWith(suffix)) return null;
  const said = body.slice(0, -suffix.length);
  if (said === "133;A") return { type: "promptStart" };
  if (said === "133;B") return { type: "promptEnd" };
  if (said === "133;C") return { type: "commandStart" };
  if (said === "133;D") return { type: "commandEnd", exitCode: null };
  const ended = /^133;D;(-?\d{1,10})$/.exec(said);
  if (ended !== null) return { type: "commandEnd", exitCode: Number(ended[1]) };
  if (said.startsWith("633;P;Cwd=")) return { type: "cwd", path: unescapePath(said.slice("633;P;Cwd=".length)) };
  return null;
}

/** The scripts write a backslash as two, and control characters and `;` as `\xHH`. */
function unescapePath(text: string): string {
  return text.replace(/\\(?:\\|x([0-9a-f]{2}))/g, (_, hex: string | undefined) =>
    hex === undefined ? "\\" : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
