import { expect, test } from "vitest";
import { parseLayout } from "./layout.ts";

test("a layout that was saved comes back", () => {
  const saved = {
    sidebarOpen: false,
    sidebarWidth: 260,
    inspectorOpen: true,
    inspectorWidth: 320,
    jobsOpen: true,
    folded: ["ws-1"],
    dock: { a: 1 },
  };
  expect(parseLayout(JSON.stringify(saved))).toEqual(saved);
});

test.each([
  ["not JSON at all"],
  ["null"],
  ["[1]"],
  ['{"sidebarWidth":"wide","folded":[1,"x"],"sidebarOpen":"no"}'],
  [null],
])("of %j whatever makes no sense is as at first", (saved) => {
  const layout = parseLayout(saved);
  expect(layout).toMatchObject({ sidebarOpen: true, sidebarWidth: 240 });
  expect(layout.folded.every((id) => typeof id === "string")).toBe(true);
});

test("a width from a larger screen is brought back to what fits", () => {
  expect(parseLayout('{"sidebarWidth":5000,"inspectorWidth":1}')).toMatchObject({
    sidebarWidth: 420,
    inspectorWidth: 240,
  });
});
