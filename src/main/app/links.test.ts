import { describe, expect, test } from "vitest";
import { linkToOpen } from "./links.ts";

describe("a link that a program printed", () => {
  test.each([
    ["https://example.org/a?b#c", "https://example.org/a?b#c"],
    ["HTTP://Example.org", "http://example.org/"],
    ["mailto:ada@example.org", "mailto:ada@example.org"],
  ])("opens as http, https or mailto: %s", (text, normal) => {
    expect(linkToOpen(text)).toBe(normal);
  });

  test.each([
    ["file:///etc/passwd", "refused"],
    ["javascript:alert(1)", "refused"],
    ["JavaScript:alert(1)", "refused"],
    ["data:text/html,x", "refused"],
    ["ms-msdt:/id", "refused"],
    ["smb://host/share", "refused"],
    ["vscode://file/etc", "refused"],
    ["--help", "invalid_input"],
    ["/etc/passwd", "invalid_input"],
    ["http://", "invalid_input"],
    ["", "invalid_input"],
  ])("never as anything else: %s", (text, code) => {
    expect(() => linkToOpen(text)).toThrow(expect.objectContaining({ code }));
  });

  test("cannot become an option of the program that opens it", () => {
    expect(linkToOpen(" https://example.org/ -x")).toBe("https://example.org/%20-x");
  });
});
