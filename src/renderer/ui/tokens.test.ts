import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const css = readFileSync(new URL("./tokens.css", import.meta.url), "utf8");

type Pair = { light: string; dark: string };
const roles = new Map<string, Pair>();
for (const [, role = "", light = "", dark = ""] of css.matchAll(/--([\w-]+): light-dark\((#\w+), (#\w+)\);/g)) {
  roles.set(role, { light, dark });
}

const surfaces = ["surface-chrome", "surface-panel", "surface-field", "surface-raised", "surface-hover"];
const tints = ["positive-tint", "attention-tint", "warning-tint", "negative-tint", "accent-tint"];
const signs = ["accent", "positive", "attention", "warning", "negative"];

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

/** Pairs of text (or sign) and what it stands on that do not reach `least`, by theme. */
function tooWeak(texts: string[], grounds: string[], least: number): string[] {
  const weak: string[] = [];
  for (const text of texts) {
    for (const ground of grounds) {
      for (const theme of ["light", "dark"] as const) {
        const [above, below] = [roles.get(text)?.[theme], roles.get(ground)?.[theme]];
        if (!above || !below) throw new Error(`no role ${text} or ${ground}`);
        const found = contrast(above, below);
        if (found < least) weak.push(`${theme}: ${text} on ${ground} is ${found.toFixed(2)}`);
      }
    }
  }
  return weak;
}

test("text can be read on every surface, in both themes (4.5:1)", () => {
  expect(tooWeak(["text", "text-muted", "text-faint", ...signs], surfaces, 4.5)).toEqual([]);
  expect(tooWeak(["text", "text-muted"], ["surface-selected", ...tints], 4.5)).toEqual([]);
  expect(tooWeak(["text-on-accent"], ["accent", "accent-strong"], 4.5)).toEqual([]);
  expect(tooWeak(["text-on-negative"], ["negative"], 4.5)).toEqual([]);
  expect(tooWeak(["positive"], ["positive-tint"], 4.5)).toEqual([]);
  expect(tooWeak(["negative"], ["negative-tint"], 4.5)).toEqual([]);
});

test("signs, field borders and the focus ring are seen on every surface (3:1)", () => {
  const all = [...surfaces, "surface-selected"];
  expect(tooWeak(["line-focus", "text-faint", ...signs], all, 3)).toEqual([]);
  expect(tooWeak(["line-field"], ["surface-chrome", "surface-panel", "surface-field", "surface-raised"], 3)).toEqual(
    [],
  );
});
