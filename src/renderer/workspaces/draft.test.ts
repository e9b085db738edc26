import { expect, test } from "vitest";
import { effectiveMode, effectiveName, looksComplete, nameError } from "./draft.ts";

test("Enter uses the person's choice where it works, then their default, then the best that works", () => {
  expect(effectiveMode("copy", ["worktree", "copy"], "worktree")).toBe("copy");
  expect(effectiveMode("worktree", ["in-place", "copy"], "worktree")).toBe("in-place");
  expect(effectiveMode(null, ["in-place", "copy"], "copy")).toBe("copy");
  expect(effectiveMode(null, [], "copy")).toBeNull();
});

test("a suggested name is never one that is taken, and what was typed stays as it was typed", () => {
  expect(effectiveName(null, null, "/code/api", ["api", "api-2"])).toBe("api-3");
  expect(effectiveName("API", null, "/code/api", [])).toBe("API");
});

test("a name is refused in a sentence that says why", () => {
  expect(nameError("", [])).toMatch(/needs a name/);
  expect(nameError("api", ["api"])).toMatch(/already/);
  expect(nameError("Api", [])).toMatch(/lowercase/);
  expect(nameError("api", [])).toBeNull();
});

test.each([
  ["/home/me/api", true],
  ["~/api", true],
  ["C:\\api", true],
  ["file:///home/me/api", true],
  ["https://github.com/me/api", true],
  ["https://github.com", false],
  ["git@github.com:me/api.git", true],
  ["git@github.com", false],
  ["api", false],
  ["", false],
])("%j can be looked at: %s", (text, can) => {
  expect(looksComplete(text)).toBe(can);
});
