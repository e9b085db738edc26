import stringWidth from "string-width";
import { describe, expect, test } from "vitest";
import { colored, cut, lookOf, oneLine, table } from "./table.ts";

const columns = [{ title: "STATE" }, { title: "NAME", flexible: true }, { title: "N", right: true }, { title: "ID" }];
const rows = [
  ["● Running", "a", "1", "term-1"],
  ["✕ Failed", "日本語の名前はとても長いことがあります", "200", "term-2"],
  ["○ Ready", "👩‍👩‍👧‍👦 family and a very long tail that goes on", "", "term-3"],
];
const wide = { width: Number.POSITIVE_INFINITY, color: false };

describe("a table", () => {
  test("is aligned, whole, and without blanks at the end when nobody looks", () => {
    const lines = table(columns, [rows[0]!, ["✕ Failed", "bb", "200", "term-22"]], wide);
    expect(lines).toEqual([
      "STATE      NAME    N  ID",
      "● Running  a       1  term-1",
      "✕ Failed   bb    200  term-22",
    ]);
  });

  test.each([200, 80, 60, 40, 30])("fits %i columns, in every script", (width) => {
    const lines = table(columns, rows, { width, color: false });
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(width);
    // Only the flexible column gives.
    if (width >= 40) for (const line of lines.slice(1)) expect(line).toMatch(/term-\d$/);
    // Every cell of a column begins at the same column.
    const starts = lines.slice(1).map((line) => stringWidth(line.slice(0, line.lastIndexOf("term-"))));
    if (width >= 40) expect(new Set(starts).size).toBe(1);
  });

  test("stays readable where nothing fits", () => {
    const lines = table(columns, rows, { width: 10, color: false });
    expect(lines[1]).toContain("● R");
  });

  test("leaves out a column that says nothing where room is short, and only there", () => {
    const some = [{ title: "A" }, { title: "EMPTY" }, { title: "B" }];
    const row = ["aaaaaaaa", "", "bbbbbbbb"];
    expect(table(some, [row], { width: 20, color: false })).toEqual(["A         B", "aaaaaaaa  bbbbbbbb"]);
    expect(table(some, [row], { width: 40, color: false })[0]).toBe("A         EMPTY  B");
  });

  test("shows what a program calls itself, and does not do it", () => {
    const [, line] = table([{ title: "T" }], [["\x1b]0;evil\x07\x1b[31mred\x1b[0m\nnext\u202eback\tend\u0007"]], wide);
    expect(line).toBe("red next back end");
    expect(oneLine("\x9b31mred\u2028")).not.toMatch(/[\x00-\x1f\x7f-\x9f\u2028]/);
  });

  test("is in colour only on a terminal that has any, and where nobody has asked for none", () => {
    expect(lookOf({ isTTY: true, columns: 90 }, {})).toEqual({ width: 90, color: true });
    expect(lookOf({ isTTY: true, columns: 90 }, { NO_COLOR: "1" }).color).toBe(false);
    expect(lookOf({ isTTY: true, columns: 90 }, { TERM: "dumb" }).color).toBe(false);
    expect(lookOf({ columns: 90 }, {})).toEqual(wide);
    expect(colored("x", "negative", { color: true })).toBe("\x1b[31mx\x1b[0m");
    expect(table(columns, [[{ text: "x", tone: "positive" }, "", "", ""]], { width: 80, color: true })[1]).toBe(
      "\x1b[32mx\x1b[0m",
    );
  });
});

test("what is cut ends with …, and never in the middle of a character", () => {
  expect(cut("abcdef", 4)).toBe("abc…");
  expect(cut("abcd", 4)).toBe("abcd");
  expect(cut("日本語", 4)).toBe("日…");
  expect(cut("👩‍👩‍👧‍👦x", 2)).toBe("…");
});
