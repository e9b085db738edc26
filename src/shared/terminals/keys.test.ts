import { expect, test } from "vitest";
import { keyBytes } from "./keys.ts";

test.each([
  ["C-c", "\x03"],
  ["^C", "\x03"],
  ["C-[", "\x1b"],
  ["C-?", "\x7f"],
  ["C-Space", "\0"],
  ["C-Up", "\x1b[1;5A"],
  ["M-x", "\x1bx"],
  ["M-C-c", "\x1b\x03"],
  ["M-Enter", "\x1b\r"],
  ["enter", "\r"],
  ["BSpace", "\x7f"],
  ["PageDown", "\x1b[6~"],
  ["F12", "\x1b[24~"],
  ["M-é", "\x1bé"],
  ["hello", null],
  ["C-", null],
  ["^nothing", null],
  ["C-é", null],
  ["M-", null],
  ["M-hello", null],
])("%s", (key, bytes) => {
  expect(keyBytes(key)).toBe(bytes);
});
