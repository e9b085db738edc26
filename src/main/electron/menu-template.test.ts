import type { MenuItemConstructorOptions } from "electron";
import { describe, expect, test } from "vitest";
import { type CommandWords, commandIds, commandWords } from "#shared/commands/catalogue.ts";
import { acceleratorOf } from "#shared/commands/shortcut.ts";
import { applicationMenu } from "./menu-template.ts";

type Item = MenuItemConstructorOptions;
const all = (items: readonly Item[]): Item[] =>
  items.flatMap((item) => [item, ...all((item.submenu as Item[] | undefined) ?? [])]);
const menuOn = (platform: NodeJS.Platform) =>
  applicationMenu({ run() {}, newWindow() {}, zoom() {}, quit() {} }, platform, "Cellar");

describe.each(["darwin", "linux", "win32"] as const)("the application menu on %s", (platform) => {
  const mac = platform === "darwin";
  const items = all(menuOn(platform));

  test("has every action of the catalogue once, with its keys", () => {
    const listed = items.filter(({ id }) => id !== undefined);
    expect(listed.map(({ id }) => id).sort()).toEqual([...commandIds].sort());
    for (const { id, accelerator } of listed) {
      const { shortcut }: CommandWords = commandWords[id as keyof typeof commandWords];
      expect(accelerator, id).toBe(shortcut && acceleratorOf(shortcut, mac));
    }
  });

  test("has no keys twice, those that roles bring included", () => {
    const brought: Partial<Record<string, string>> = mac
      ? {
          undo: "Command+Z",
          redo: "Command+Shift+Z",
          cut: "Command+X",
          hide: "Command+H",
          minimize: "Command+M",
          hideOthers: "Command+Alt+H",
          togglefullscreen: "Ctrl+Command+F",
        }
      : { undo: "Ctrl+Z", redo: "Ctrl+Y", cut: "Ctrl+X", togglefullscreen: "F11" };
    const keys = items
      .map(({ accelerator, role }) => String(accelerator ?? brought[role ?? ""] ?? ""))
      .filter((key) => key !== "")
      .map((key) =>
        key
          .replace("CommandOrControl", mac ? "Command" : "Ctrl")
          .split("+")
          .sort()
          .join("+"),
      );
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  });

  test("leads every item somewhere", () => {
    for (const item of items) {
      expect(item.type === "separator" || item.role || item.click || item.submenu, JSON.stringify(item)).toBeTruthy();
    }
  });
});

test("takes no key from a terminal where menus act before the page: only the zoom of the window and full screen are registered", () => {
  const registered = all(menuOn("linux")).filter(
    ({ accelerator, registerAccelerator, role }) =>
      (accelerator !== undefined || role) && registerAccelerator !== false,
  );
  expect(registered.map(({ role, label }) => role ?? label)).toEqual([
    ...["Actual size", "Zoom in", "Zoom out", "togglefullscreen"],
  ]);
});

test("macOS has its own menu in front, and its roles for Window and Help", () => {
  const menu = menuOn("darwin");
  expect(menu.map(({ label }) => label)).toEqual([
    "Cellar",
    "File",
    "Edit",
    "View",
    "Go",
    "Terminal",
    "Window",
    "Help",
  ]);
  expect(menu.map(({ role }) => role).filter(Boolean)).toEqual(["window", "help"]);
  expect(menuOn("linux")[0]).toMatchObject({ label: "File" });
});
