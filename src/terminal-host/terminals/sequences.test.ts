import { hostname } from "node:os";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Notice } from "./osc.ts";
import { SequenceScanner } from "./sequences.ts";

function notices(...chunks: (string | Uint8Array)[]): Notice[] {
  const found: Notice[] = [];
  const scanner = new SequenceScanner((notice) => found.push(notice));
  for (const chunk of chunks) scanner.push(Buffer.from(chunk as Uint8Array));
  return found;
}

const title = (text: string): Notice => ({ type: "title", title: text });
const cwd = (path: string): Notice => ({ type: "cwd", path });
const note = (heading: string, body: string): Notice => ({ type: "notification", title: heading, body });
const bell: Notice = { type: "bell", count: 1 };
const progress = (name: "none" | "normal" | "error" | "paused"): Notice => ({ type: "progress", progress: name });

describe("what a program says", () => {
  test.each<[string, Notice[]]>([
    ["\x1b]0;a title\x07", [title("a title")]],
    ["\x1b]2;a title\x1b\\", [title("a title")]],
    ["\x1b]2;\x07", [title("")]],
    ["\x1b]7;file://localhost/home/a%20b\x07", [cwd("/home/a b")]],
    [`\x1b]7;file://${hostname()}/srv\x07`, [cwd("/srv")]],
    ["\x1b]7;file://another-computer/srv\x07", []],
    ["\x1b]633;P;Cwd=/with\\x3bsemicolon\x07", [cwd("/with;semicolon")]],
    ["\x1b]633;P;Cwd=/with/mark;cellar=0123456789abcdef\x07", [cwd("/with/mark")]],
    ["\x1b]9;9;/from/conemu\x07", [cwd("/from/conemu")]],
    ["\x1b]9;9;relative\x07", []],
    ["\x1b]9;build finished\x07", [note("", "build finished")]],
    ["\x1b]9;4;1;50\x07\x1b]9;4;0\x07", [progress("normal"), progress("none")]],
    ["\x1b]9;4;3\x07\x1b]9;4;2;10\x07\x1b]9;4;4\x07", [progress("normal"), progress("error"), progress("paused")]],
    ["\x1b]9;4\x07\x1b]9;4;7\x07\x1b]9;4;constructor\x07", []],
    ["\x1b]9;5 tests failed\x07", [note("", "5 tests failed")]],
    ["\x1b]777;notify;Title;body; with semicolon\x07", [note("Title", "body; with semicolon")]],
    ["\x1b]99;;Hello\x1b\\", [note("", "Hello")]],
    ["\x1b]99;i=1:d=0;Head\x1b\\\x1b]99;i=1:p=body;text\x1b\\", [note("Head", "text")]],
    ["\x1b]99;i=1:e=1;SGVsbG8=\x1b\\", [note("", "Hello")]],
    ["\x1b]99;i=1:p=?;\x1b\\", []],
    ["\x1b]133;A\x07", [{ type: "mark", mark: "A" }]],
    [
      "\x1b]133;C\x07\x1b]633;C\x07",
      [
        { type: "mark", mark: "C" },
        { type: "mark", mark: "C" },
      ],
    ],
    [
      "\x1b]133;D;2\x07\x1b]133;D\x07",
      [
        { type: "mark", mark: "D", exitCode: 2 },
        { type: "mark", mark: "D", exitCode: null },
      ],
    ],
    ["\x1b]133;B\x07\x1b]133;Done\x07", []],
    ["a\x07b", [bell]],
    ["\x07\x07\x07a\x07", [{ type: "bell", count: 3 }, bell]],
    ["\x1b[31\x07m", [bell]],
    ["\x1bPdcs with \x07 in it\x1b\\", []],
    ["\x1b]0;broken off\x18\x07", [bell]],
    ["\x1b]0;broken\x1b[0m\x1b]0;whole\x07", [title("whole")]],
    ["\x1b]52;c;c2VjcmV0\x07", []],
  ])("%j", (output, expected) => {
    expect(notices(output)).toEqual(expected);
  });

  test("control characters are taken out, and a long text is cut or left out", () => {
    expect(notices("\x1b]9;line\none\ttwo\x07")).toEqual([note("", "line one two")]);
    expect(notices(`\x1b]0;${"t".repeat(500)}\x07`)).toEqual([title("t".repeat(200))]);
    expect(notices(`\x1b]0;${"t".repeat(100_000)}\x07after\x1b]0;next\x07`)).toEqual([title("next")]);
  });
});

const piece = fc.oneof(
  fc.constantFrom(
    "\x1b",
    "\x07",
    "\x1b]",
    "\x1b\\",
    ";",
    "\x1b[",
    "m",
    "0",
    "2",
    "9",
    "777;notify;",
    "133;",
    "A",
    "9;4;1",
    "\x18",
    "\x1bP",
    "\x1b(B",
    "☃",
  ),
  fc.string({ maxLength: 5 }),
);

/** Bells in a row are counted together only within one chunk. */
function together(found: Notice[]): Notice[] {
  const result: Notice[] = [];
  for (const notice of found) {
    const last = result.at(-1);
    if (last?.type === "bell" && notice.type === "bell") {
      result[result.length - 1] = { type: "bell", count: last.count + notice.count };
    } else {
      result.push(notice);
    }
  }
  return result;
}

test("it does not matter where the output is cut", () => {
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 40 }),
      fc.array(fc.nat({ max: 200 }), { maxLength: 20 }),
      (pieces, cuts) => {
        const whole = Buffer.from(pieces.join(""));
        const places = [...new Set(cuts.map((cut) => cut % (whole.length + 1)))].sort((a, b) => a - b);
        const parts = [...places, whole.length].map((end, index) => whole.subarray(places[index - 1] ?? 0, end));
        expect(together(notices(...parts))).toEqual(together(notices(whole)));
      },
    ),
    { numRuns: 500 },
  );
});

test("what belongs to an unfinished sequence is known to the byte", () => {
  const scanner = new SequenceScanner(() => {});
  const after = (text: string): number => {
    scanner.push(Buffer.from(text));
    return scanner.unfinishedBytes;
  };
  expect(after("text")).toBe(0);
  expect(after("text\x1b")).toBe(1);
  expect(after("[3")).toBe(3);
  expect(after("1m")).toBe(0);
  expect(after("\x1b]0;ti")).toBe(6);
  expect(after("tle\x1b")).toBe(10);
  expect(after("\\")).toBe(0);
  expect(after("\x1b(")).toBe(2);
  expect(after("B")).toBe(0);
});
