import fc from "fast-check";
import { expect, test } from "vitest";
import { type Mark, MarkScanner } from "./marks.ts";

function scan(chunks: Uint8Array[], nonce: string | null = "secret") {
  const seen: (Mark | string)[] = [];
  const scanner = new MarkScanner(
    nonce,
    (bytes) => {
      const last = seen.at(-1);
      const text = Buffer.from(bytes).toString("latin1");
      if (typeof last === "string") seen[seen.length - 1] = last + text;
      else seen.push(text);
    },
    (mark) => seen.push(mark),
  );
  for (const chunk of chunks) scanner.feed(chunk);
  return seen;
}

const genuine =
  "a\x1b]133;A;cellar=secret\x07$ \x1b]133;B;cellar=secret\x1b\\x\x1b[?2004l\x1b]133;C;cellar=secret\x07out\x1b]133;D;7;cellar=secret\x07\x1b]633;P;Cwd=/a\\x3bb\\\\c;cellar=secret\x07\x1b[?2004h";

test("marks that carry the secret are found and taken out", () => {
  expect(scan([Buffer.from(genuine)])).toEqual([
    "a",
    { type: "promptStart" },
    "$ ",
    { type: "promptEnd" },
    "x",
    { type: "paste", on: false },
    { type: "commandStart" },
    "out",
    { type: "commandEnd", exitCode: 7 },
    { type: "cwd", path: "/a;b\\c" },
    { type: "paste", on: true },
  ]);
});

test("all others stay text, byte for byte", () => {
  const forged =
    "\x1b]133;D;0\x07\x1b]133;D;0;cellar=other\x07\x1b]133;D;0;cellar=forged\x07\x1b]133;C;cellar=secre\x07\x1b]133;D;x;cellar=secret\x07\x1b]8;;u\x07\x1b]133;A;cellar=secret\x1b[m";
  expect(scan([Buffer.from(forged)])).toEqual([forged]);
  expect(scan([Buffer.from(genuine.replaceAll("\x1b[?2004", "\x1b[?2005"))], null)).toHaveLength(1);
  const endless = `\x1b]133;D;${"1".repeat(30_000)}`;
  expect(scan([Buffer.from(endless), Buffer.from("after")])).toEqual([`${endless}after`]);
});

test("chunk borders make no difference", () => {
  const bytes = Buffer.from(`${genuine}\x1b]133;D;0\x07${genuine}\x1b[31m`);
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length), { maxLength: 30 }), (cuts) => {
      const borders = [0, ...cuts.sort((a, b) => a - b), bytes.length];
      expect(scan(borders.slice(1).map((end, i) => bytes.subarray(borders[i], end)))).toEqual(scan([bytes]));
    }),
  );
});
