import { describe, expect, test } from "vitest";
import { paletteFor, palettes } from "./palettes.ts";

/** WCAG 2.2 contrast ratio of two `#rrggbb` colours. */
function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

describe.each(["dark", "light"] as const)("the default palette of the %s theme", (theme) => {
  const palette = paletteFor("auto", theme);

  test("is readable: text and every ANSI colour have at least 4.5:1 on its background", () => {
    for (const colour of [palette.foreground, ...palette.colours]) {
      expect(contrast(colour, palette.background), `${colour} on ${palette.background}`).toBeGreaterThanOrEqual(4.5);
    }
  });

  test("keeps text readable inside a selection", () => {
    expect(contrast(palette.foreground, palette.selection)).toBeGreaterThanOrEqual(4.5);
  });

  test("shows the cursor with at least 3:1", () => {
    expect(contrast(palette.cursor, palette.background)).toBeGreaterThanOrEqual(3);
  });
});

test("every palette has plain hex colours and a name and id of its own", () => {
  for (const { background, foreground, cursor, selection, colours } of palettes) {
    expect(colours).toHaveLength(16);
    for (const colour of [background, foreground, cursor, selection, ...colours])
      expect(colour).toMatch(/^#[0-9a-f]{6}$/);
  }
  expect(new Set(palettes.map(({ id }) => id)).size).toBe(palettes.length);
  expect(new Set(palettes.map(({ name }) => name)).size).toBe(palettes.length);
});

test("a palette is taken as set, and one that does not exist follows the theme", () => {
  expect(paletteFor("dracula", "light").id).toBe("dracula");
  expect(paletteFor("no-such-palette", "light").id).toBe("cellar-light");
});
