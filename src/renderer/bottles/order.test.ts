import { expect, test } from "vitest";
import { active, ended, matching, runningWords } from "./order.ts";

const bottle = (slug: string, startedAt: string, endedAt: string | null = null) => ({
  slug,
  startedAt,
  endedAt,
  state: endedAt === null ? ("running" as const) : ("ended" as const),
  label: `fix ${slug}`,
  programName: "Shell",
  backend: "bubblewrap" as const,
});

test("those that run stand by their start and short name, whatever came in which order", () => {
  const all = [bottle("b", "2026-01-02"), bottle("z", ""), bottle("a", "2026-01-02"), bottle("c", "2026-01-01")];
  expect(active(all).map(({ slug }) => slug)).toEqual(["z", "c", "a", "b"]);
  expect(active(all.toReversed()).map(({ slug }) => slug)).toEqual(["z", "c", "a", "b"]);
});

test("those that have ended are the latest first, and found by any of their names", () => {
  const all = [bottle("a", "1", "2026-01-01"), bottle("b", "1", "2026-01-03"), bottle("c", "1")];
  expect(ended(all).map(({ slug }) => slug)).toEqual(["b", "a"]);
  expect(matching(all, " FIX c", () => "").map(({ slug }) => slug)).toEqual(["c"]);
  expect(matching(all, "api", ({ slug }) => (slug === "a" ? "api" : "web")).map(({ slug }) => slug)).toEqual(["a"]);
});

test("a bottle that cannot be asked about is not counted among those that run", () => {
  const bottles = (...states: ("running" | "starting" | "unknown")[]) => states.map((state) => ({ state }));
  expect(runningWords([])).toBe("None runs");
  expect(runningWords(bottles("running", "starting"))).toBe("2 bottles running");
  expect(runningWords(bottles("running", "unknown"))).toBe("1 bottle running, 1 not known to");
  expect(runningWords(bottles("unknown"))).toBe("1 not known to run");
});
