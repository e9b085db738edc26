import { expect, test } from "vitest";
import { parseHost, parseHostPattern } from "./host.ts";

test.each([
  ["Api.Example.COM", "api.example.com"],
  ["api.example.com.", "api.example.com"],
  ["localhost", "localhost"],
  ["xn--bcher-kva.example", "xn--bcher-kva.example"],
  ["_acme.example.com", "_acme.example.com"],
])("%s is the name %s", (text, name) => {
  expect(parseHost(text)).toEqual({ kind: "name", name });
});

test.each([
  "",
  ".",
  "a..b",
  ".a",
  "a..",
  "-a.b",
  "a-.b",
  "bücher.example",
  "a b",
  "a/b",
  "a@b",
  "a:80",
  "a%2eb",
  "a\u0000.b",
  "example.1",
  "1.2.3.4.5",
  "x.0x7f",
  "[a]",
  "[127.0.0.1]",
  "[::1",
  `${"a".repeat(64)}.b`,
  `${"a.".repeat(127)}bb`,
])("%j is no host", (text) => {
  expect(parseHost(text)).toBeNull();
});

test.each([
  ["127.0.0.1", false],
  ["[::1]", false],
  ["::1", false],
  ["0x7f.1", true],
  ["2130706433", true],
  ["[fe80::1%25lo]", true],
])("%s is an address, odd: %s", (text, odd) => {
  expect(parseHost(text)).toMatchObject({ kind: "address", odd });
});

test.each(["*", "*.", "a.*.b", "*a.b", "**.b", "1.2.3.4", "*.1.2.3.4", "http://a"])("%s is no rule", (pattern) => {
  expect(parseHostPattern(pattern)).toBeNull();
});
