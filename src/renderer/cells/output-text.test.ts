import * as fc from "fast-check";
import { expect, test } from "vitest";
import { loadOutput, matchesOf, type OutputText } from "./output-text.ts";

/** Answers as main does, in pieces of a size of its own. */
function serving(text: string, piece: number) {
  const output = async ({ from = 0 }: { from?: number }) => ({
    text: text.slice(from, from + piece),
    totalLength: text.length,
    complete: true,
  });
  return { cells: { output } } as unknown as Parameters<typeof loadOutput>[0];
}

test("lines are the same however the output is cut into pieces", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: fc.constantFrom("a", "\n", "é", "b"), maxLength: 60 }),
      fc.integer({ min: 1, max: 9 }),
      async (text, piece) => {
        const seen: OutputText[] = [];
        await loadOutput(serving(text, piece), "0", new AbortController().signal, (now) => seen.push(now));
        expect(seen.at(-1)?.lines).toEqual(text.split("\n"));
        expect(seen.at(-1)?.loaded).toBe(text.length);
      },
    ),
  );
});

test("finding ignores case until a capital is typed", () => {
  const lines = ["Error: no error", "fine", "ERROR"];
  expect(matchesOf(lines, "error")).toEqual([
    { line: 0, start: 0, end: 5 },
    { line: 0, start: 10, end: 15 },
    { line: 2, start: 0, end: 5 },
  ]);
  expect(matchesOf(lines, "Error")).toEqual([{ line: 0, start: 0, end: 5 }]);
  expect(matchesOf(lines, "")).toEqual([]);
});
