import { expect, test } from "vitest";
import { groupByTerminal, partsOf } from "./search-results.ts";

const found = (terminalId: string, line: number) => ({ terminalId, line, text: "x", start: 0, end: 1 });

test("matches stand by terminal, in the order they were answered", () => {
  const groups = groupByTerminal([found("b", 9), found("a", 3), found("b", 2)]);
  expect(groups.map((group) => [group.terminalId, group.found.map(({ line }) => line)])).toEqual([
    ["b", [9, 2]],
    ["a", [3]],
  ]);
});

test("a match far to the right of a long line is in view, and nothing of it is lost", () => {
  const text = `${"a".repeat(500)}needle${"b".repeat(10)}`;
  const parts = partsOf({ terminalId: "t", line: 1, text, start: 500, end: 506 });
  expect(parts.map((part) => part.text)).toEqual([`…${"a".repeat(60)}`, "needle", "b".repeat(10)]);
  expect(parts.findIndex((part) => part.match)).toBe(1);
});
