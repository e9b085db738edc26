import { expect, test } from "vitest";
import { zoomed } from "./zoom.ts";

test("a window grows and shrinks in the steps of a browser, back to where it was, and not without end", () => {
  expect([zoomed(1, "in"), zoomed(zoomed(1, "in"), "out"), zoomed(1, "out")]).toEqual([1.1, 1, 0.9]);
  expect([zoomed(3, "in"), zoomed(0.5, "out"), zoomed(2.5, "reset")]).toEqual([3, 0.5, 1]);
  expect([zoomed(1.2, "in"), zoomed(1.2, "out")]).toEqual([1.25, 1.1]);
});
