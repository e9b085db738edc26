/**
 * What a program printed, as text: raw terminal bytes in, lines out. Lines are logical: they end where the program ended them and not at
 * the terminal's edge, so that 40 and 10 000 columns give the same. Escape sequences are removed and obeyed as far as they change text:
 * carriage return, backspace, erasing, moving the cursor within the last screen of lines. What a full-screen program paints on the
 * alternate screen is no output. Lines that can no longer be changed are handed to `settle`, so memory is bounded by one screen.
 */
import { overwrite, splitAtColumn, widthOf } from "./columns.ts";

export type TextModelOptions = {
  /** Text that can no longer change, in order: complete lines with their line feeds, or the head of an overlong one. */
  settle: (text: string) => void;
  /** Each line when the cursor leaves the last line downward, for those who look for the end of a cell. */
  onLine?: (line: string) => void;
  /** Lines of the screen: how far up the cursor can go. */
  rows: number;
  /** Columns, for moves across the rows of a line that was wrapped. */
  columns: () => number;
  /**
   * Carriage return goes to the start of the screen row (as editors that wrap lines themselves need), not of the logical line (which
   * makes progress bars that are wider than the terminal come out right).
   */
  returnToRow: () => boolean;
};

/** Everything that is not simply appended to the last line. A carriage return before a line feed is part of the line's end. */
const special = /\r(?!\n)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g;
const sequence =
  /\x1b(?:\[(?<parameters>[0-?]*)[ -/]*(?<final>[@-~])|\][^\x07\x1b]*(?:\x07|\x1b\\)|[PX^_][^\x1b]*\x1b\\|(?<other>[ -/]+[0-~]|[0-OQ-WYZ\\`-~]))/y;
/** A string sequence that has not ended after so many characters never will; what follows is text again. */
const longestSequence = 65_536;
/** A line longer than this settles its head, so that a flood without line feeds stays bounded. */
const longestLine = 65_536;

export class TextModel {
  readonly #options: TextModelOptions;
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  /** The lines that can still change; the last is the one without a line feed. */
  #lines: string[] = [""];
  #y = 0;
  /** Column in line `#y`; -1 is "behind its last character", which is where nearly all text is printed. */
  #column = -1;
  #justPrinted = false;
  #held = "";
  #alternate = false;
  #saved: { y: number; column: number } = { y: 0, column: 0 };

  constructor(options: TextModelOptions) {
    this.#options = options;
  }

  write(bytes: Uint8Array): void {
    this.#accept(this.#decoder.decode(bytes, { stream: true }));
  }

  /** The line that has not ended, as it stands. */
  get pending(): string {
    return this.#lines[this.#lines.length - 1]!;
  }

  /** Takes out all lines that have not settled; the last is the pending one. */
  drain(): string[] {
    const rest = this.#decoder.decode();
    if (rest !== "") this.#accept(rest);
    const lines = this.#lines;
    this.#lines = [""];
    this.#y = 0;
    this.#column = -1;
    this.#held = "";
    return lines;
  }

  #accept(arrived: string): void {
    const text = this.#held + arrived;
    this.#held = "";
    let at = 0;
    while (at < text.length) {
      special.lastIndex = at;
      const found = special.exec(text);
      const end = found === null ? text.length : found.index;
      if (end > at) this.#print(text.slice(at, end));
      if (found === null) return;
      const next = this.#control(text, end);
      if (next === -1) {
        this.#held = text.slice(end);
        return;
      }
      at = next;
    }
  }

  /** Obeys the control character or sequence at `at`; returns the index behind it, or -1 when its end has not arrived. */
  #control(text: string, at: number): number {
    switch (text[at]) {
      case "\r":
        if (at + 1 === text.length) return -1;
        this.#moveTo(this.#rowStart());
        return at + 1;
      case "\b":
        this.#moveTo(Math.max(this.#rowStart(), this.#at() - 1));
        return at + 1;
      case "\v":
      case "\f":
        this.#lineFeed();
        return at + 1;
      case "\x1b":
        return this.#escape(text, at);
      default:
        return at + 1;
    }
  }

  #escape(text: string, at: number): number {
    sequence.lastIndex = at;
    const found = sequence.exec(text);
    if (found === null) {
      const kind = text[at + 1];
      const open = kind === undefined || "[]PX^_".includes(kind) || (kind >= " " && kind <= "/");
      // A sequence that is broken off by a new ESC is none.
      const broken = text.indexOf("\x1b", at + 1);
      if (broken !== -1 && broken + 1 < text.length && !(text[broken + 1] === "\\")) return broken;
      if (kind === "[" && /[^\x20-\x3f]/.test(text.slice(at + 2))) return at + 2;
      if (!open || text.length - at > longestSequence) return at + 1;
      return -1;
    }
    const { parameters, final, other } = found.groups!;
    if (final !== undefined) this.#csi(parameters ?? "", final);
    else if (other !== undefined) this.#otherEscape(other);
    return at + found[0].length;
  }

  #otherEscape(what: string): void {
    if (what === "7") this.#saved = { y: this.#y, column: this.#at() };
    else if (what === "8") this.#restore();
    else if (what === "M") this.#vertical(-1);
    else if (what === "E") this.#lineFeed();
    else if (what === "D") this.#vertical(1);
  }

  #csi(parameters: string, final: string): void {
    if (parameters.startsWith("?")) {
      if ((final === "h" || final === "l") && /(?:^|;)(?:47|1047|1049)(?:;|$)/.test(parameters.slice(1))) {
        this.#alternate = final === "h";
      }
      return;
    }
    if (this.#alternate || /[<=>]/.test(parameters)) return;
    const numbers = parameters.split(";").map((part) => Number.parseInt(part, 10) || 0);
    const count = Math.min(Math.max(numbers[0] ?? 0, 1), 10_000);
    switch (final) {
      case "A":
        this.#vertical(-count);
        break;
      case "B":
      case "e":
        this.#vertical(count);
        break;
      case "C":
      case "a":
        this.#moveTo(this.#at() + count);
        break;
      case "D":
        this.#moveTo(Math.max(this.#rowStart(), this.#at() - count));
        break;
      case "E":
      case "F":
        this.#vertical(final === "E" ? count : -count);
        this.#moveTo(this.#rowStart());
        break;
      case "G":
      case "`":
        this.#moveTo(this.#rowStart() + count - 1);
        break;
      case "H":
      case "f":
        this.#newScreen(Math.max(numbers[1] ?? 1, 1) - 1);
        break;
      case "s":
        this.#saved = { y: this.#y, column: this.#at() };
        break;
      case "u":
        this.#restore();
        break;
      default:
        this.#edit(final, numbers[0] ?? 0, count);
    }
  }

  /** Erasing, deleting and inserting within the line, and erasing below it. */
  #edit(final: string, mode: number, count: number): void {
    if (!"KJXP@".includes(final)) return;
    const column = this.#at();
    const line = this.#lines[this.#y]!;
    const [before, after] = splitAtColumn(line, column);
    if (final === "K" || final === "J") {
      if (mode === 0) this.#lines[this.#y] = before;
      else if (mode === 1 && final === "K") this.#lines[this.#y] = overwrite(line, 0, " ".repeat(column + 1)).trimEnd();
      else if (mode === 2 && final === "K") this.#lines[this.#y] = "";
      if (final === "J" && mode === 0) this.#lines.length = this.#y + 1;
    } else if (final === "X") this.#lines[this.#y] = overwrite(line, column, " ".repeat(count));
    else if (final === "P") this.#lines[this.#y] = before + splitAtColumn(after, count)[1];
    else if (after !== "") this.#lines[this.#y] = before + " ".repeat(count) + after;
    this.#column = column;
  }

  #print(text: string): void {
    if (this.#alternate) return;
    if (this.#column === -1) {
      this.#append(text);
      return;
    }
    let rest = text;
    while (rest !== "" && this.#column !== -1) {
      const feed = rest.indexOf("\n");
      const piece = (feed === -1 ? rest : rest.slice(0, feed)).replace(/\r$/, "");
      if (piece !== "") this.#overprint(piece);
      if (feed !== -1) this.#lineFeed();
      rest = feed === -1 ? "" : rest.slice(feed + 1);
    }
    if (rest !== "") this.#append(rest);
  }

  #overprint(piece: string): void {
    for (const run of piece.split(/(\t)/)) {
      if (run === "") continue;
      const line = this.#lines[this.#y]!;
      const width = widthOf(line);
      // Over existing text a tab only moves.
      if (run === "\t" && this.#column < width) this.#column += 8 - (this.#column % 8);
      else {
        const taken = widthOf(run, this.#column);
        this.#lines[this.#y] = overwrite(line, this.#column, run);
        this.#column += taken;
      }
    }
    this.#justPrinted = true;
    this.#normalize();
  }

  /** Text behind the last character of all. */
  #append(text: string): void {
    this.#justPrinted = true;
    const plain = text.includes("\r") ? text.replaceAll("\r\n", "\n") : text;
    const last = this.#lines.length - 1;
    if (!plain.includes("\n")) {
      const line = this.#lines[last]! + plain;
      if (line.length <= longestLine) this.#lines[last] = line;
      else {
        const cut = line.length - longestLine / 2;
        this.#options.settle(this.#takeAbove(last) + line.slice(0, cut));
        this.#lines = [line.slice(cut)];
        this.#y = 0;
      }
      return;
    }
    const pieces = plain.split("\n");
    pieces[0] = this.#lines.pop()! + pieces[0];
    if (this.#options.onLine) for (let i = 0; i < pieces.length - 1; i++) this.#options.onLine(pieces[i]!);
    for (const piece of pieces) this.#lines.push(piece);
    this.#settleAbove();
    this.#y = this.#lines.length - 1;
  }

  #lineFeed(): void {
    if (this.#alternate) return;
    if (this.#y === this.#lines.length - 1) {
      this.#options.onLine?.(this.#lines[this.#y]!);
      this.#lines.push("");
      this.#y++;
      this.#settleAbove();
    } else this.#y++;
    this.#column = 0;
    this.#justPrinted = false;
    this.#normalize();
  }

  /** Settles all but the last screen, several lines at a time. */
  #settleAbove(): void {
    const surplus = this.#lines.length - this.#options.rows;
    if (surplus < this.#options.rows) return;
    this.#options.settle(this.#takeAbove(surplus));
  }

  #takeAbove(count: number): string {
    if (count === 0) return "";
    const text = `${this.#lines.splice(0, count).join("\n")}\n`;
    this.#y = Math.max(0, this.#y - count);
    this.#saved.y = Math.max(0, this.#saved.y - count);
    return text;
  }

  #at(): number {
    return this.#column === -1 ? widthOf(this.#lines[this.#y]!) : this.#column;
  }

  #moveTo(column: number): void {
    if (this.#alternate) return;
    this.#column = Math.min(column, 100_000);
    this.#justPrinted = false;
    this.#normalize();
  }

  /** Back to plain appending as soon as the cursor stands behind everything. */
  #normalize(): void {
    if (this.#y !== this.#lines.length - 1) return;
    const line = this.#lines[this.#y]!;
    if (this.#column === (line === "" ? 0 : widthOf(line))) this.#column = -1;
  }

  /** Column at which the cursor's screen row starts; the last column of a full row still belongs to it. */
  #rowStart(): number {
    if (!this.#options.returnToRow()) return 0;
    const columns = this.#options.columns();
    const at = this.#at();
    return Math.floor((this.#justPrinted && at > 0 ? at - 1 : at) / columns) * columns;
  }

  #vertical(rows: number): void {
    if (this.#alternate) return;
    const columns = this.#options.columns();
    let column = this.#at();
    if (this.#justPrinted && column > 0 && column % columns === 0) column--;
    const step = Math.sign(rows);
    for (let moved = 0; moved < Math.abs(rows); moved++) {
      const next = column + step * columns;
      if (next >= 0 && next < this.#rowsOf(this.#y) * columns) column = next;
      else if (step < 0) {
        if (this.#y === 0) break;
        this.#y--;
        column = (column % columns) + (this.#rowsOf(this.#y) - 1) * columns;
      } else {
        if (this.#y === this.#lines.length - 1) break;
        this.#y++;
        column %= columns;
      }
    }
    this.#column = column;
    this.#justPrinted = false;
    this.#normalize();
  }

  #rowsOf(y: number): number {
    return Math.max(1, Math.ceil(widthOf(this.#lines[y]!) / this.#options.columns()));
  }

  /** A program that places the cursor absolutely starts a new picture below what is there. */
  #newScreen(column: number): void {
    this.#y = this.#lines.length - 1;
    if (this.#lines[this.#y] !== "") {
      this.#column = -1;
      this.#lineFeed();
    }
    this.#moveTo(column);
  }

  #restore(): void {
    if (this.#alternate) return;
    this.#y = Math.min(this.#saved.y, this.#lines.length - 1);
    this.#moveTo(this.#saved.column);
  }
}
