import { expect, test } from "vitest";
import { unfinishedUtf8Bytes } from "./utf8.ts";

test("counts the bytes of a character that is not complete", () => {
  const bytes = Buffer.from("a☃𝄞é");
  const at = (end: number): number => unfinishedUtf8Bytes(bytes.subarray(Math.max(0, end - 3), end));
  expect(Array.from({ length: bytes.length + 1 }, (_, end) => at(end))).toEqual([0, 0, 1, 2, 0, 1, 2, 3, 0, 1, 0]);
});
