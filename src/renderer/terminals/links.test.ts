import { expect, test } from "vitest";
import { openable } from "./links.ts";

test.each([
  ["https://example.org/a?b#c", "https://example.org/a?b#c"],
  ["HTTP://EXAMPLE.org", "http://example.org/"],
  ["mailto:someone@example.org", "mailto:someone@example.org"],
])("%s is opened", (uri, url) => {
  expect(openable(uri)).toBe(url);
});

test.each([
  "javascript:alert(1)",
  "java\nscript:alert(1)",
  "file:///etc/passwd",
  "data:text/html,x",
  "vscode://x",
  "//example.org",
  "",
])("%j is not opened", (uri) => {
  expect(openable(uri)).toBeNull();
});
