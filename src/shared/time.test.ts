import { expect, test } from "vitest";
import { ago, bytes, counted, duration, elapsed } from "./time.ts";

const now = Date.parse("2026-03-10T15:00:00");
const before = (ms: number) => new Date(now - ms).toISOString();
const minute = 60_000;

test.each([
  [4_000, "just now"],
  [42_000, "42 s ago"],
  [5 * minute, "5 min ago"],
  [3 * 60 * minute, "3 h ago"],
  [20 * 60 * minute, "yesterday 19:00"],
  [8 * 24 * 60 * minute, "2 Mar"],
])("%d ms ago is said as %j", (ms, words) => {
  expect(ago(before(ms), now)).toBe(words);
});

test("a clock that runs ahead says just now, not a negative time", () => {
  expect(ago(before(-5_000), now)).toBe("just now");
  expect(elapsed(-5_000)).toBe("0:00");
});

test.each([
  [41_000, "0:41"],
  [724_000, "12:04"],
  [3 * 60 * minute + 12 * minute, "3 h 12 min"],
])("%d ms have gone on for %s", (ms, words) => {
  expect(elapsed(ms)).toBe(words);
});

test.each([
  [3, "3 ms"],
  [420, "0.4 s"],
  [12_300, "12 s"],
  [125_000, "2 min 5 s"],
])("%d ms took %s", (ms, words) => {
  expect(duration(ms)).toBe(words);
});

test.each([
  [812, "812 B"],
  [4_100, "4.1 kB"],
  [999_600, "1.0 MB"],
  [23_400_000, "23 MB"],
])("%d bytes are %s", (count, words) => {
  expect(bytes(count)).toBe(words);
});

test("one is not plural", () => {
  expect([counted(1, "file"), counted(1204, "file")]).toEqual(["1 file", "1\u202f204 files"]);
});
