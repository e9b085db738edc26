/** Tables for people: aligned, as wide as the terminal allows, in colour only where there is one. */
import { stripVTControlCharacters } from "node:util";
import stringWidth from "string-width";
import { type Status, signs, type Tone } from "#shared/states.ts";

export type Cell = string | { text: string; tone: Tone };

export type Column = {
  title: string;
  /** Gives up its width when there is too little; columns without it stay whole as long as they can. */
  flexible?: boolean;
  /** A flexible column keeps this much as long as others can give. */
  least?: number;
  right?: boolean;
};

export type Look = {
  /** Columns of the terminal; infinite when nobody looks. */
  width: number;
  color: boolean;
};

/** How stdout is. `NO_COLOR` (no-color.org) and a terminal that can do nothing are obeyed. */
export function lookOf(stream: { isTTY?: boolean; columns?: number }, env: NodeJS.ProcessEnv = process.env): Look {
  const terminal = stream.isTTY === true;
  return {
    width: terminal ? stream.columns || 80 : Number.POSITIVE_INFINITY,
    color: terminal && !env["NO_COLOR"] && env["TERM"] !== "dumb",
  };
}

const whole: Look = { width: Number.POSITIVE_INFINITY, color: false };

function widthOf(lines: readonly string[]): number {
  return Math.max(...lines.map((each) => stringWidth(each)));
}

/** No less of a column than this is shown, however narrow the terminal is. */
const leastWidth = 4;
const gap = 2;

/** Lines without a line end behind them. Rows are as long as `columns`. Where room is short, a column that says nothing is left out. */
export function table(columns: readonly Column[], rows: readonly (readonly Cell[])[], look: Look): string[] {
  const said = columns.map((_, index) => rows.some((row) => plain(row[index]!).text !== ""));
  if (
    !said.every(Boolean) &&
    look.width < Number.POSITIVE_INFINITY &&
    widthOf(table(columns, rows, whole)) > look.width
  ) {
    const kept = <T>(all: readonly T[]) => all.filter((_, index) => said[index]);
    return table(kept(columns), rows.map(kept), look);
  }
  const cells = rows.map((row) =>
    row.map((cell) => ({ ...plain(cell), tone: typeof cell === "string" ? null : cell.tone })),
  );
  const natural = columns.map(({ title }, index) =>
    Math.max(stringWidth(title), ...cells.map((row) => row[index]!.width)),
  );
  const widths = fitted(columns, natural, look.width);
  const heading = line(
    columns.map(({ title }) => ({ text: title, width: stringWidth(title), tone: "muted" as Tone })),
    columns,
    widths,
    look,
  );
  return [heading, ...cells.map((row) => line(row, columns, widths, look))];
}

export function statusCell(status: Status): Cell {
  const { sign, tone } = signs[status.state];
  return { text: `${sign} ${status.words}`, tone };
}

export function colored(text: string, tone: Tone, { color }: Pick<Look, "color">): string {
  return color && text !== "" ? `\x1b[${codes[tone]}m${text}\x1b[0m` : text;
}

/** One line without anything a terminal would obey: what a program calls itself is shown, not done. */
export function oneLine(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, " ")
    .trim();
}

/** The beginning of a text, with `…` for what does not fit. */
export function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let kept = "";
  let used = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    const wide = stringWidth(segment);
    if (used + wide > width - 1) break;
    kept += segment;
    used += wide;
  }
  return `${kept}…`;
}

const codes: Record<Tone, string> = {
  accent: "34",
  attention: "33",
  positive: "32",
  negative: "31",
  warning: "35",
  muted: "2",
};

function plain(cell: Cell): { text: string; width: number } {
  const text = oneLine(typeof cell === "string" ? cell : cell.text);
  return { text, width: stringWidth(text) };
}

/** Widths that together fit: first the flexible columns give, the widest first, then all. */
function fitted(columns: readonly Column[], natural: readonly number[], width: number): number[] {
  const widths = [...natural];
  let over = widths.reduce((sum, each) => sum + each, 0) + gap * (columns.length - 1) - width;
  const giving = [
    columns.map(({ flexible, least = leastWidth }) => (flexible ? least : Number.POSITIVE_INFINITY)),
    columns.map(() => leastWidth),
  ];
  for (const least of giving) {
    while (over > 0) {
      const widest = widths.reduce(
        (best, each, index) => (each > least[index]! && each > (widths[best] ?? 0) ? index : best),
        -1,
      );
      const current = widths[widest];
      if (current === undefined) break;
      widths[widest] = current - 1;
      over -= 1;
    }
  }
  return widths;
}

function line(
  row: readonly { text: string; width: number; tone: Tone | null }[],
  columns: readonly Column[],
  widths: readonly number[],
  look: Look,
): string {
  const parts = row.map(({ text, tone }, index) => {
    const shown = cut(text, widths[index]!);
    const padding = " ".repeat(widths[index]! - stringWidth(shown));
    const painted = tone === null ? shown : colored(shown, tone, look);
    return columns[index]!.right ? padding + painted : painted + padding;
  });
  return parts.join(" ".repeat(gap)).trimEnd();
}
