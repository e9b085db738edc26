import { expect, test } from "vitest";
import { pythonJson, pythonRepr, pythonTimestamp } from "./python.ts";

test("JSON has Python's blanks, and leaves everything but controls and quotes unescaped", () => {
  expect(pythonJson({ a: 'é"\\\n\u0001\u007f\u2028', b: [1, null, true, {}], c: 1.5 })).toBe(
    '{"a": "é\\"\\\\\\n\\u0001\u007f\u2028", "b": [1, null, true, {}], "c": 1.5}',
  );
  expect(pythonJson("\udcff")).toBe('"\\udcff"');
});

test("repr quotes as Python does", () => {
  const shown = ["plain", "it's", `"both" 'kinds'`, "a\\b", "\r\n\t\0", "\u00a0\u00ad", "é😀", "\udc80", "\u{e0001}"];
  expect(shown.map(pythonRepr)).toEqual([
    "'plain'",
    `"it's"`,
    `'"both" \\'kinds\\''`,
    "'a\\\\b'",
    "'\\r\\n\\t\\x00'",
    "'\\xa0\\xad'",
    "'é😀'",
    "'\\udc80'",
    "'\\U000e0001'",
  ]);
});

test("a time has microseconds and an offset", () => {
  expect(pythonTimestamp(1_700_000_000_123.4565)).toBe("2023-11-14T22:13:20.123456+00:00");
  expect(pythonTimestamp(0)).toBe("1970-01-01T00:00:00.000000+00:00");
});
