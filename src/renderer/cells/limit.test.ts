import { expect, test } from "vitest";
import { limitOf } from "./limit.ts";

test.each([
  ["", "run", 30],
  ["", "fire", 300],
  [" 5 ", "run", 5],
  ["0", "fire", 0],
  ["10000000", "run", 10_000_000],
  ["10000001", "run", null],
  ["1.5", "run", null],
  ["-1", "fire", null],
  ["5s", "run", null],
] as const)("%j for %s is %s", (text, how, seconds) => {
  expect(limitOf(text, how)).toBe(seconds);
});
