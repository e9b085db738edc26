import { expect, test } from "vitest";
import { strengthOf } from "./strength.ts";

test.each([
  ["", 0],
  ["short", 0],
  ["       x", 0],
  ["aaaaaaaaaaaaaaaa", 1],
  ["12345678901234", 1],
  ["Password2024!", 1],
  ["abababababab", 1],
  ["blue horse lamp", 2],
  ["correct horse battery staple", 3],
  ["vR7#pq2!Lm9$xW", 3],
])("%j is of level %d", (passphrase, level) => {
  expect(strengthOf(passphrase).level).toBe(level);
});
