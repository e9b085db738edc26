import { expect, test } from "vitest";
import { newWindowKey, queryOfWindow, windowKeyPattern, windowOfQuery, workspaceOfWindow } from "./windows.ts";

test.each(["main", "window-0123abcd", "ws-0123abcd"])("a window finds its key in its address: %s", (key) => {
  expect(windowOfQuery(queryOfWindow(key))).toBe(key);
});

test.each(["?workspace=../../etc", "?window=other", "?workspace=", "?something=else", ""])(
  "a query that names no window is the first window's: %s",
  (query) => {
    expect(windowOfQuery(query)).toBe("main");
  },
);

test("only a workspace's own window shows it alone", () => {
  expect(["main", newWindowKey(), "ws-0123abcd"].map(workspaceOfWindow)).toEqual([null, null, "ws-0123abcd"]);
  expect(newWindowKey()).toMatch(windowKeyPattern);
  expect(newWindowKey()).not.toBe(newWindowKey());
});
