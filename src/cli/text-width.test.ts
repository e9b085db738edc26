import stringWidth from "string-width";
import { expect, test } from "vitest";
import { signs } from "#shared/states.ts";
import { isNarrow, textWidth } from "./text-width.ts";

test("what counts as narrow is one column wide, every character of it", () => {
  const wrong: string[] = [];
  for (let code = 0x20; code < 0x1_0000; code++) {
    const character = String.fromCharCode(code);
    if (isNarrow(character) && stringWidth(character) !== 1) wrong.push(code.toString(16));
  }
  expect(wrong).toEqual([]);
  expect(isNarrow("日") || isNarrow("e\u0301") || isNarrow("\x1b") || isNarrow("\u00ad")).toBe(false);
  for (const { sign } of Object.values(signs)) expect(textWidth(sign)).toBe(1);
});

test("everything else is measured", () => {
  expect(textWidth("日本")).toBe(4);
  expect(textWidth("e\u0301")).toBe(1);
  expect(textWidth("👩‍👩‍👧‍👦")).toBe(2);
  expect(textWidth("plain – ● …")).toBe(11);
});
