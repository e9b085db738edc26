/**
 * Scrollback rows as VT sequences. The serialize addon looks at each cell through three objects, which takes 100 ms for 10 000 lines:
 * more than a person may wait for a terminal to appear. So the rows that are common are written here, straight from xterm.js's
 * arrays, and only what is rare in them is left to the addon.
 */
import type { Terminal } from "@xterm/headless";
import type { Utf8Writer } from "./utf8-writer.ts";

/** xterm.js's line: three numbers a cell (content, foreground, background), see its `common/buffer/Constants.ts`. */
type Line = { _data: Uint32Array; length: number; isWrapped: boolean; getString(column: number): string };
type Lines = { get(row: number): Line | undefined; length: number };

const cellNumbers = 3;
const codePointMask = 0x1fffff;
const combinedFlag = 0x200000;
const contentMask = codePointMask | combinedFlag;
const widthShift = 22;

const colourMode = 0x3000000;
const palette16 = 0x1000000;
const palette256 = 0x2000000;
const colourMask = colourMode | 0xffffff;
/** SGR parameters of the flags beside the colours. */
const foregroundFlags: [flag: number, parameter: number][] = [
  [0x4000000, 7],
  [0x8000000, 1],
  [0x10000000, 4],
  [0x20000000, 5],
  [0x40000000, 8],
  [0x80000000, 9],
];
const backgroundFlags: [flag: number, parameter: number][] = [
  [0x4000000, 3],
  [0x8000000, 2],
  [0x40000000, 53],
];
/** Underline styles and links, and protected cells: the addon's. */
const rareFlags = 0x10000000 | 0x20000000;

/** Writes rows `[from, to)` with `rare`; it begins in column 0 without colours, and so does what follows. */
type WriteRare = (from: number, to: number) => string;

/**
 * Writes the rows of the normal buffer from the top on, up to one that begins a line and has at least one more scrollback row after it (the
 * addon needs that to keep the rows of the screen apart), and returns that row. What is written ends with a line end and without colours.
 */
export function writeScrollback(terminal: Terminal, out: Utf8Writer, writeRare: WriteRare): number {
  const lines = linesOf(terminal);
  const { baseY } = terminal.buffer.normal;
  let end = lines ? Math.max(0, Math.min(baseY - 1, lines.length)) : 0;
  while (lines && end > 0 && lines.get(end)?.isWrapped) end--;
  if (!lines) return 0;
  for (let row = 0; row < end; ) {
    const next = lineEnd(lines, row, end);
    if (writeLine(lines, row, next, out)) {
      row = next;
      continue;
    }
    // Together with the rare lines that follow: each use of the addon has its price.
    let rareEnd = next;
    while (rareEnd < end && isRare(lines, rareEnd, lineEnd(lines, rareEnd, end), out)) {
      rareEnd = lineEnd(lines, rareEnd, end);
    }
    out.text(`${writeRare(row, rareEnd)}\x1b[0m\r\n`);
    row = rareEnd;
  }
  return end;
}

function linesOf(terminal: Terminal): Lines | undefined {
  type Internals = { _core?: { _bufferService?: { buffers?: { normal?: { lines?: Lines } } } } };
  const lines = (terminal as unknown as Internals)._core?._bufferService?.buffers?.normal?.lines;
  return lines?.get(0)?._data instanceof Uint32Array ? lines : undefined;
}

/** The row after the last one that the line beginning in `row` wraps into. */
function lineEnd(lines: Lines, row: number, end: number): number {
  let next = row + 1;
  while (next < end && lines.get(next)?.isWrapped) next++;
  return next;
}

/** Writes a line of one or more rows; false, and nothing is written, when something in it is rare. */
function writeLine(lines: Lines, from: number, to: number, out: Utf8Writer): boolean {
  const before = out.length;
  let style: Style | null = { foreground: 0, background: 0 };
  for (let row = from; row < to; row++) {
    style = writeRow(lines.get(row)!, style, row < to - 1, out);
    if (style === null) {
      out.cut(before);
      return false;
    }
  }
  // A line feed in a colour would colour the row that it brings up.
  out.text(style.foreground === 0 && style.background === 0 ? "\r\n" : "\x1b[0m\r\n");
  return true;
}

function isRare(lines: Lines, from: number, to: number, out: Utf8Writer): boolean {
  const before = out.length;
  if (!writeLine(lines, from, to, out)) return true;
  out.cut(before);
  return false;
}

type Style = { foreground: number; background: number };

/** The style after the row, or null when something in it is rare: then what is written of it is to be cut off. */
function writeRow(line: Line, before: Style, wraps: boolean, out: Utf8Writer): Style | null {
  const { _data: data, length } = line;
  let { foreground, background } = before;
  let blanks = 0;
  for (let column = 0; column < length; column++) {
    const content = data[column * cellNumbers]!;
    const cellBackground = data[column * cellNumbers + 2]!;
    if ((cellBackground & rareFlags) !== 0) return null;
    if ((content & contentMask) === 0) {
      // The second half of a wide character.
      if (content >>> widthShift === 0) continue;
      // An erased cell that has a colour, or in the middle of a line that goes on in the next row.
      if ((cellBackground & colourMask) !== 0 || wraps) return null;
      blanks++;
      continue;
    }
    if (blanks > 0) out.text(`\x1b[${blanks}C`);
    blanks = 0;
    const cellForeground = data[column * cellNumbers + 1]!;
    if (cellForeground !== foreground || cellBackground !== background) {
      foreground = cellForeground;
      background = cellBackground;
      out.text(styleSequence(foreground, background));
    }
    if ((content & combinedFlag) !== 0) out.text(line.getString(column));
    else out.codePoint(content & codePointMask);
  }
  // Wrapping in a colour would colour the rest of the next row.
  if (wraps && (background & colourMask) !== 0) return null;
  return { foreground, background };
}

function styleSequence(foreground: number, background: number): string {
  let parameters = "0";
  for (const [flag, parameter] of foregroundFlags) if ((foreground & flag) !== 0) parameters += `;${parameter}`;
  for (const [flag, parameter] of backgroundFlags) if ((background & flag) !== 0) parameters += `;${parameter}`;
  return `\x1b[${parameters}${colour(foreground, 30)}${colour(background, 40)}m`;
}

/** `base`: 30 for the foreground, 40 for the background. */
function colour(value: number, base: number): string {
  const mode = value & colourMode;
  if (mode === 0) return "";
  if (mode === palette16) {
    const index = value & 0xff;
    return `;${index < 8 ? base + index : base + 60 + index - 8}`;
  }
  if (mode === palette256) return `;${base + 8};5;${value & 0xff}`;
  return `;${base + 8};2;${(value >>> 16) & 0xff};${(value >>> 8) & 0xff};${value & 0xff}`;
}
