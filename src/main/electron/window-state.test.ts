import { writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { TemporaryFolder } from "#test/product/temporary.ts";
import { readWindowState, visibleBounds, writeWindowState } from "./window-state.ts";

const display = { x: 0, y: 0, width: 1920, height: 1040 };

describe("the window's place", () => {
  test.each([
    ["inside", { x: 10, y: 10, width: 800, height: 600 }, true],
    ["half outside to the right", { x: 1500, y: 10, width: 800, height: 600 }, true],
    ["on a display that is gone", { x: 2500, y: 10, width: 800, height: 600 }, false],
    ["title bar above the screen", { x: 10, y: -300, width: 800, height: 600 }, false],
    ["title bar below the screen", { x: 10, y: 1030, width: 800, height: 600 }, false],
  ])("%s", (_name, bounds, visible) => {
    expect(visibleBounds(bounds, [display])).toEqual(visible ? bounds : null);
  });

  test("is never smaller than a window one can use", () => {
    expect(visibleBounds({ x: 0, y: 0, width: 200, height: 20 }, [display])).toMatchObject({ width: 640, height: 480 });
  });

  test("survives a broken file", () => {
    using folder = new TemporaryFolder();
    const path = folder.in("window.json");
    expect(readWindowState(path)).toBeNull();
    writeFileSync(path, '{"bounds":');
    expect(readWindowState(path)).toBeNull();
    const state = { bounds: { x: 1, y: 2, width: 800, height: 600 }, maximized: false };
    writeWindowState(path, state);
    expect(readWindowState(path)).toEqual(state);
  });
});
