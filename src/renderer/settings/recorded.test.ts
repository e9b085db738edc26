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
  [press(" ", "Space", "cs"), false, "ctrl+shift+space"],
  [press("PageUp", "PageUp", "m"), false, "super+pageup"],
  [press("a", "KeyQ", "m"), false, "super+a"],
  [press("!", "Digit1", "cs"), false, "ctrl+shift+1"],
  [press("F12", "F12", "c"), false, "ctrl+f12"],
  [press("~", "Backquote", "cas"), false, "ctrl+alt+shift+backquote"],
  [press("ArrowUp", "ArrowUp", "ca"), false, "ctrl+alt+arrowup"],
])("%o (macOS: %s) is %s", (keys, mac, shortcut) => {
  expect(recorded(keys, mac)).toEqual({ shortcut });
});

test("keys that type something are not taken from every program", () => {
  const refused = { refused: "Hold Ctrl, Alt or Super as well" };
  expect(recorded(press("c", "KeyC", ""), false)).toEqual(refused);
  expect(recorded(press("C", "KeyC", "s"), false)).toEqual(refused);
  expect(recorded(press("F12", "F12", ""), false)).toEqual(refused);
});

test("nor are those that programs have themselves, or Cellar's own", () => {
  const others = "themselves: hold another key as well";
  expect(recorded(press("c", "KeyC", "c"), false)).toEqual({ refused: `Programs use Ctrl+C ${others}` });
  expect(recorded(press("v", "KeyV", "m"), true)).toEqual({ refused: "Cellar itself has ⌘V: Paste" });
  expect(recorded(press("x", "KeyX", "m"), true)).toEqual({ refused: `Programs use ⌘X ${others}` });
  expect(recorded(press("k", "KeyK", "c"), false)).toEqual({
    refused: "Cellar itself has Ctrl+K: Search or run a command",
  });
});

test("a modifier alone is only the beginning, and a key without a name is said to be none", () => {
  expect(recorded(press("Control", "ControlLeft", "ca"), false)).toEqual({ held: "Ctrl+Alt+…" });
  expect(recorded(press("Meta", "MetaLeft", "m"), true)).toEqual({ held: "⌘…" });
  expect(recorded(press("AudioVolumeUp", "AudioVolumeUp", "c"), false)).toEqual({ refused: "That key cannot be used" });
});
