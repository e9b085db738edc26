import { expect, test } from "vitest";
import { niceAbove, plot } from "./plot.ts";

const size = { width: 100, height: 50 };
const at = (second: number) => new Date(second * 1000).toISOString();
const point = (second: number, costMicros: number) => ({ at: at(second), tokens: costMicros / 10, costMicros });

test("the line rises where an answer came and runs on to the right edge", () => {
  const { line, area, most } = plot([point(0, 100), point(50, 400)], "cost", null, size, 100_000);
  expect(most).toBe(500);
  expect(line).toBe("M0 50V40H50V10H100");
  expect(area).toBe(`${line}V50Z`);
});

test("a limit is drawn where it can be seen beside what was used", () => {
  const points = [point(0, 100), point(10, 400)];
  expect(plot(points, "cost", 800, size, 10_000)).toMatchObject({ most: 1000, limitY: 10 });
  expect(plot(points, "cost", 50_000, size, 10_000)).toMatchObject({ most: 500, limitY: null });
});

test("nothing used yet is an empty plot, and one answer is a whole one", () => {
  expect(plot([], "tokens", 100, size, 0).line).toBe("");
  expect(plot([point(5, 400)], "tokens", null, size, 5_000).line).toBe("M0 50V10H100");
});

test("the scale ends at a number people read", () => {
  expect([1, 3, 42, 99, 120, 5_000].map(niceAbove)).toEqual([1, 5, 50, 100, 200, 5_000]);
});
