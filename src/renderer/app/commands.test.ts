import { expect, test } from "vitest";
import { keysOf } from "#shared/commands/shortcut.ts";
import { shortcuts, terminalShortcuts } from "#shared/commands/shortcuts.ts";
import { type KeyPress, matches, shortcutLabel } from "./commands.ts";

const press = (key: string, code: string, held: string[] = []): KeyPress => ({
  key,
  code,
  ctrlKey: held.includes("ctrl"),
  altKey: held.includes("alt"),
  shiftKey: held.includes("shift"),
  metaKey: held.includes("meta"),
});

test("mod is Ctrl, and Cmd on macOS; nothing more may be held", () => {
  expect(matches("mod+k", press("k", "KeyK", ["ctrl"]), false)).toBe(true);
  expect(matches("mod+k", press("k", "KeyK", ["meta"]), true)).toBe(true);
  expect(matches("mod+k", press("k", "KeyK", ["ctrl"]), true)).toBe(false);
  expect(matches("mod+k", press("K", "KeyK", ["ctrl", "shift"]), false)).toBe(false);
});

test("Shift and Alt do not change which letter or sign is meant", () => {
  expect(matches("ctrl+shift+p", press("P", "KeyP", ["ctrl", "shift"]), false)).toBe(true);
  expect(matches("alt+shift+n", press("˜", "KeyN", ["alt", "shift"]), false)).toBe(true);
  expect(matches("ctrl+shift+slash", press("?", "Slash", ["ctrl", "shift"]), false)).toBe(true);
});

test("on another layout the letter printed on the key counts, not its place", () => {
  // AZERTY: the key with A stands where Q is.
  expect(matches("mod+a", press("a", "KeyQ", ["ctrl"]), false)).toBe(true);
  expect(matches("mod+q", press("a", "KeyQ", ["ctrl"]), false)).toBe(false);
});

test("labels read as each system writes them", () => {
  expect(shortcutLabel("mod+shift+p", false)).toBe("Ctrl+Shift+P");
  expect(shortcutLabel("mod+shift+p", true)).toBe("⇧⌘P");
});

test.each([true, false])("no two commands of the window have the same keys (macOS: %s)", (mac) => {
  // In a terminal its own keys come first; those of the window must not be among them either.
  const all = [...Object.entries(shortcuts), ...Object.entries(terminalShortcuts)];
  const byKeys = Map.groupBy(all, ([, shortcut]) => keysOf(shortcut, mac).replace(mac ? "" : "mod", mac ? "" : "ctrl"));
  const shared = [...byKeys]
    .filter(([, names]) => names.length > 1)
    .map(([keys, names]) => [keys, names.map(([n]) => n)]);
  expect(shared).toEqual([]);
});
