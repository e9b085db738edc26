import { describe, expect, test } from "vitest";
import { arrangementOf, type Place, placeFor, placesWith, reachable, type Screen } from "./placement.ts";

const screen = (x: number, y: number, width: number, height: number, scaleFactor = 1): Screen => ({
  bounds: { x, y, width, height },
  workArea: { x, y, width, height: height - 40 },
  scaleFactor,
});
const laptop = screen(0, 0, 1920, 1080);
const right = screen(1920, 0, 2560, 1440);
const above = screen(0, -1080, 1920, 1080);
const at = (x: number, y: number, width = 800, height = 600) => ({ x, y, width, height });

describe("a window's place", () => {
  test.each([
    ["inside", at(10, 10), [laptop]],
    ["half outside to the right", at(1500, 10), [laptop]],
    ["over two displays, larger than each", at(100, 0, 3000, 900), [laptop, right]],
    ["on a display with negative coordinates", at(100, -1000), [laptop, above]],
  ])("is kept: %s", (_name, bounds, screens) => {
    expect(reachable(bounds, screens)).toEqual(bounds);
  });

  test.each([
    ["on a display that is gone", at(2500, 10), [laptop], at(1120, 10)],
    ["on one that was above", at(100, -1000), [laptop], at(100, 0)],
    ["with its title bar above the screen", at(10, -300), [laptop], at(10, 0)],
    ["with its title bar below the screen", at(10, 1030), [laptop], at(10, 440)],
    ["nearest to the display it was beside", at(9000, 10), [laptop, right], at(3680, 10)],
    [
      "larger than the display has pixels at its new scale",
      at(0, 0, 1440, 900),
      [screen(0, 0, 960, 540, 2)],
      at(0, 0, 960, 500),
    ],
    ["smaller than a window one can use", at(0, 0, 200, 20), [laptop], at(0, 0, 640, 480)],
  ])("is brought to where one can reach it: %s", (_name, bounds, screens, expected) => {
    expect(reachable(bounds, screens)).toEqual(expected);
  });

  test("every place comes out reachable, whatever it was", () => {
    let seed = 1;
    const random = (range: number) => {
      seed = (seed * 16807) % 2147483647;
      return (seed % range) - range / 2;
    };
    for (let n = 0; n < 2000; n++) {
      const screens = [laptop, right, above].slice(0, 1 + (n % 3));
      const once = reachable(
        at(random(20000), random(20000), Math.abs(random(9000)) + 1, Math.abs(random(9000)) + 1),
        screens,
      );
      expect(reachable(once, screens)).toEqual(once);
      expect(
        screens.some(({ workArea: { x, y, width, height } }) => {
          const across = Math.min(once.x + once.width, x + width) - Math.max(once.x, x);
          return across >= 100 && once.y >= y - 8 && once.y <= y + height - 40;
        }),
      ).toBe(true);
    }
  });
});

describe("several arrangements of displays", () => {
  const places: Place[] = [
    { arrangement: arrangementOf([laptop]), bounds: at(10, 10) },
    { arrangement: arrangementOf([laptop, right]), bounds: at(2500, 10) },
  ];

  test("each has its own place, whatever order the system lists them in", () => {
    expect(placeFor(places, [right, laptop])).toEqual(at(2500, 10));
    expect(placeFor(places, [laptop])).toEqual(at(10, 10));
  });

  test("one that was never there takes the last place, within reach", () => {
    expect(placeFor(placesWith(places, { arrangement: "other", bounds: at(9000, 0) }), [above])).toEqual(
      at(1120, -640),
    );
    expect(placeFor([], [laptop])).toBeNull();
  });

  test("another scale is another arrangement", () => {
    expect(arrangementOf([screen(0, 0, 960, 540, 2)])).not.toBe(arrangementOf([screen(0, 0, 960, 540, 1)]));
  });

  test("are not kept without end", () => {
    let many: Place[] = [];
    for (let n = 0; n < 50; n++) many = placesWith(many, { arrangement: String(n), bounds: at(n, 0) });
    expect(many).toHaveLength(8);
    expect(many[0]).toEqual({ arrangement: "49", bounds: at(49, 0) });
  });
});
