import { expect, test } from "vitest";
import { partsOf } from "./parts.ts";

const shown = (text: string, search: string) =>
  partsOf(text, search)
    .map(({ text: part, found }) => (found ? `[${part}]` : part))
    .join("");

test.each([
  ["Terminal font size", "font", "Terminal [font] size"],
  ["Terminal font size", "SIZE term", "[Term]inal font [size]"],
  ["aaa", "aa a", "[aaa]"],
  ["Theme", "", "Theme"],
  ["Theme", "x", "Theme"],
  ["İstanbul", "i", "İstanbul"],
])("what was searched for is marked: %s, %s", (text, search, wanted) => {
  expect(shown(text, search)).toBe(wanted);
});
