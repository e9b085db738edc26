import { expect, test } from "vitest";
import { mostPoints, UsageHistory } from "./history.ts";

const point = (seconds: number) => ({
  at: new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString(),
  tokens: Math.round(seconds * 10),
  costMicros: Math.round(seconds * 100),
});

test("a week of answers is a few hundred points, from the first to the last, in order", () => {
  const history = new UsageHistory();
  const last = 7 * 24 * 3600;
  for (let second = 0; second <= last; second += 7) history.add(point(second));
  history.add(point(last));
  const { points } = history;
  expect(points.length).toBeGreaterThan(mostPoints / 3);
  expect(points.length).toBeLessThanOrEqual(mostPoints);
  expect(points[0]).toEqual(point(0));
  expect(points.at(-1)).toEqual(point(last));
  expect(points.map(({ at }) => at)).toEqual(points.map(({ at }) => at).sort());
});

test("answers of the same moment are one point with the last sum", () => {
  const history = new UsageHistory();
  for (const seconds of [0, 0.1, 0.2, 0.3, 5]) history.add(point(seconds));
  expect(history.points.length).toBeLessThan(5);
  expect(history.points.at(-1)).toEqual(point(5));
});

test("what was thinned out before goes on as coarse as it was", () => {
  const history = new UsageHistory(Array.from({ length: 200 }, (_, n) => point(n * 600)));
  const before = history.points.length;
  for (let second = 0; second < 60; second++) history.add(point(120_000 + second));
  expect(history.points.length).toBeLessThanOrEqual(before + 2);
  expect(history.points.at(-1)).toEqual(point(120_059));
});
