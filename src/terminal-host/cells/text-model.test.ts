import fc from "fast-check";
import { expect, test } from "vitest";
import { TextModel } from "./text-model.ts";

function render(chunks: Uint8Array[], columns = 80, rows = 24): string {
  let settled = "";
  const model = new TextModel({
    settle: (text) => {
      settled += text;
    },
    rows,
    columns: () => columns,
    returnToRow: () => false,
  });
  for (const chunk of chunks) model.write(chunk);
  return settled + model.drain().join("\n");
}
const text = (raw: string, columns = 80) => render([Buffer.from(raw)], columns);

test.each([
  ["lines end in LF or CR LF", "a\r\nb\nc", "a\nb\nc"],
  ["blank lines, indentation and tabs stay", "\r\n  a\r\n\r\n\tb \r\n", "\n  a\n\n\tb \n"],
  ["a progress bar shows its final state", "10%\r50%\r100%\r\nok", "100%\nok"],
  ["a shorter overwrite leaves the rest", "abcdef\rXY", "XYcdef"],
  ["erase to the end of the line", "abcdef\rXY\x1b[K\r\n", "XY\n"],
  ["backspaces are applied", "abc\b\bX", "aXc"],
  ["colours are removed", "\x1b[1;31mred\x1b[0m \x1b(Bplain\x1b]0;title\x07!", "red plain!"],
  ["wide characters are overwritten whole", "日本\rab", "ab本"],
  ["half a wide character becomes a blank", "日本\rx", "x 本"],
  ["combining characters stay with theirs", "e\u0301x\rz", "zx"],
  ["several lines redrawn", "one\r\ntwo\r\n\x1b[2A\x1b[KONE\r\n\x1b[KTWO\r\nend", "ONE\nTWO\nend"],
  ["the alternate screen is no output", "a\r\n\x1b[?1049h\x1b[2J\x1b[Hjunk\x1b[?1049lb", "a\nb"],
  ["clear starts below", "a\x1b[H\x1b[2Jb", "a\nb"],
  ["an unfinished sequence at the end is no text", "abc\x1b[3", "abc"],
  ["a broken sequence costs nothing else", "a\x1b[\x1b[31mb", "ab"],
  ["a line longer than the terminal is one line", "x".repeat(500), "x".repeat(500)],
  ["a wide progress bar too", `${"#".repeat(200)}\r${"=".repeat(200)}`, "=".repeat(200)],
  ["invalid UTF-8 is replaced", "a\xff", "a\u00ff"],
])("%s", (_, raw, want) => {
  expect(text(raw)).toBe(want);
});

const piece = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 60 }).map((s) => s.replace(/[\x00-\x1f\x7f-\x9f]/g, "")),
  fc.constantFrom(
    "\r\n",
    "\n",
    "\r",
    "\b",
    "\t",
    "\x1b[K",
    "\x1b[31m",
    "\x1b[0m",
    "\x1b]0;t\x07",
    "\x1b[2K",
    "日本",
    "😀",
    "\x1b[5D",
  ),
);
const output = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(""));

test("text is the same however the bytes are cut into chunks", () => {
  fc.assert(
    fc.property(output, fc.array(fc.nat(400), { maxLength: 20 }), (raw, cuts) => {
      const bytes = Buffer.from(raw);
      const borders = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
      const chunks = borders.slice(1).map((end, i) => bytes.subarray(borders[i], end));
      expect(render(chunks)).toBe(render([bytes]));
    }),
    { numRuns: 500 },
  );
});

test("text does not depend on the terminal's width", () => {
  fc.assert(
    fc.property(output, (raw) => {
      expect(text(raw, 40)).toBe(text(raw, 10_000));
      expect(text(raw, 120)).toBe(text(raw, 10_000));
    }),
    { numRuns: 500 },
  );
});

test("any bytes at all are survived", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      render([bytes]);
    }),
  );
  const escapes = fc.array(
    fc.constantFrom("\x1b", "[", "]", "P", "?", "1", ";", "A", "B", "H", "J", "s", "u", "@", "\x07", "x", "\n", "\r"),
    {
      maxLength: 80,
    },
  );
  fc.assert(
    fc.property(escapes, (parts) => void render([Buffer.from(parts.join(""))])),
    { numRuns: 500 },
  );
});

test("a flood is rendered fast and without holding it", () => {
  const line = Buffer.from(`${"x".repeat(79)}\r\n`.repeat(800));
  let settled = 0;
  const model = new TextModel({
    settle: (piece) => {
      settled += piece.length;
    },
    rows: 24,
    columns: () => 80,
    returnToRow: () => false,
  });
  for (let i = 0; i < 250; i++) model.write(line);
  expect(settled).toBeGreaterThan(250 * 800 * 80 - 10_000);
  expect(model.drain().join("\n").length).toBeLessThan(10_000);
});
