import { expect, test } from "vitest";
import { lastLineOf } from "./last-line.ts";

test.each([
  ["", ""],
  ["one\r\ntwo\r\n", "two"],
  ["one\r\ntwo", "two"],
  ["\x1b[1;32muser\x1b[0m:\x1b[34m~\x1b[0m$ ", "user:~$ "],
  ["\x1b]0;title\x07prompt> ", "prompt> "],
  ["\x1b]0;title\x1b\\prompt> \x1b[?2004h", "prompt> "],
  [" 10 %\r 20 %\r 30 %", " 30 %"],
  ["tab\there\x07", "tab here"],
  ["snow ☃ and 𝄞", "snow ☃ and 𝄞"],
  ["\x1bPq#0;2\x1b\\after", "after"],
  ["cut \x1b[38;5", "cut "],
])("%j ends in the line %j", (output, line) => {
  expect(lastLineOf(Buffer.from(output))).toBe(line);
});

test("at most 200 characters, the last ones, and whole characters", () => {
  const line = lastLineOf(Buffer.from(`x${"𝄞".repeat(300)}`));
  expect(Array.from(line)).toEqual(Array(200).fill("𝄞"));
});
