import { execFileSync } from "node:child_process";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asOneLine, linesOf, needsConfirmation, pasteable, quotedPaths } from "./clipboard-text.ts";

describe("a paste", () => {
  test("cannot carry an escape sequence that ends the bracketed paste", () => {
    expect(pasteable("a\x1b[201~rm -rf ~\n\tb\u009b31m")).toBe("a[201~rm -rf ~\n\tb31m");
  });

  test("of one line is never asked about, of several only without bracketed paste", () => {
    expect(needsConfirmation("make test\n", false)).toBe(false);
    expect(needsConfirmation("cd /\nrm -rf x", false)).toBe(true);
    expect(needsConfirmation("a\rb", false)).toBe(true);
    expect(needsConfirmation("cd /\nrm -rf x", true)).toBe(false);
  });

  test("counts lines as a person does", () => {
    expect(linesOf("a\r\nb\nc\n")).toEqual(["a", "b", "c"]);
  });
});

test.each([
  ["make\nmake test\n", "make make test"],
  ["docker run \\\n  --rm \\\r\n  image", "docker run --rm image"],
  ["\n\none\n\n", "one"],
])("as one line it is the same words: %j", (text, line) => {
  expect(asOneLine(text)).toBe(line);
});

describe("dropped paths", () => {
  test("stay as they are when a shell would not change them", () => {
    expect(quotedPaths(["/home/me/a-b_c.txt"], "linux")).toBe("/home/me/a-b_c.txt ");
    expect(quotedPaths(["C:\\Users\\me\\x y"], "win32")).toBe('"C:\\Users\\me\\x y" ');
  });

  test("reach a program unchanged, whatever characters they have", () => {
    const path = fc.string({ unit: "grapheme", minLength: 1 }).map((name) => `/${name.replaceAll("\0", "")}`);
    fc.assert(
      fc.property(fc.array(path, { minLength: 1, maxLength: 5 }), (paths) => {
        const printed = execFileSync("/bin/sh", ["-c", `printf '%s\\0' ${quotedPaths(paths, "linux")}`], {
          encoding: "utf8",
        });
        expect(printed.split("\0").slice(0, -1)).toEqual(paths);
      }),
      { numRuns: 60 },
    );
  });
});
