import { expect, test } from "vitest";
import type { KeyPress } from "../app/commands.ts";
import { recorded } from "./recorded.ts";

const press = (key: string, code: string, held: string): KeyPress => ({
  key,
  code,
  ctrlKey: held.includes("c"),
  altKey: held.includes("a"),
  shiftKey: held.includes("s"),
  metaKey: held.includes("m"),
});

test.each([
  [press("C", "KeyC", "cas"), false, "ctrl+alt+shift+c"],
  [press("ç", "KeyC", "ma"), true, "mod+alt+c"],
  [press(" ", "Space", "m"), false, null],
  [press("a", "KeyQ", "m"), false, "super+a"],
  [press("!", "Digit1", "cs"), false, "ctrl+shift+1"],
  [press("F12", "F12", "c"), false, "ctrl+f12"],
  [press("~", "Backquote", "cs"), false, "ctrl+shift+backquote"],
  [press("ArrowUp", "ArrowUp", "ca"), false, "ctrl+alt+arrowup"],
])("%o (macOS: %s) is %s", (keys, mac, shortcut) => {
  expect(recorded(keys, mac)).toEqual(shortcut === null ? { missing: "key" } : { shortcut });
});

test("keys that type something are not taken from every program", () => {
  expect(recorded(press("c", "KeyC", ""), false)).toEqual({ missing: "modifier" });
  expect(recorded(press("C", "KeyC", "s"), false)).toEqual({ missing: "modifier" });
  expect(recorded(press("F12", "F12", ""), false)).toEqual({ missing: "modifier" });
});

test("a modifier alone is only the beginning", () => {
  expect(recorded(press("Control", "ControlLeft", "c"), false)).toEqual({ missing: "key" });
});
