/** The application menu as a template, derived from the catalogue of commands: every one of them is in it once, with the keys that the window gives it. */
import type { MenuItemConstructorOptions } from "electron";
import { type CommandId, type CommandWords, commandWords } from "#shared/commands/catalogue.ts";
import type { CommandFacts } from "#shared/commands/facts.ts";
import { acceleratorOf } from "#shared/commands/shortcut.ts";
import type { ZoomChange } from "./zoom.ts";

export type MenuActions = {
  run(id: CommandId): void;
  newWindow(): void;
  zoom(change: ZoomChange): void;
  quit(): void;
};

type Item = MenuItemConstructorOptions;
type Entry = CommandId | "-" | Item;

export function applicationMenu(actions: MenuActions, platform: NodeJS.Platform, appName: string): Item[] {
  const mac = platform === "darwin";
  const items = (entries: readonly Entry[]): Item[] =>
    entries.map((entry) => {
      if (entry === "-") return { type: "separator" };
      return typeof entry === "string" ? commandItem(entry, actions, mac) : entry;
    });
  const menu = (label: string, ...entries: Entry[]): Item => ({ label, submenu: items(entries) });
  const settings: Entry[] = ["app.settings", "app.mcp"];
  const quit: Item = {
    label: "Quit Cellar",
    // On other systems Ctrl-Q belongs to the program in the terminal.
    ...(mac ? { accelerator: "Command+Q" } : {}),
    click: () => actions.quit(),
  };
  return [
    ...(mac ? [menu(appName, { role: "about" }, "-", ...settings, "-", ...macItems, "-", quit)] : []),
    menu(
      "File",
      { label: "New window", click: () => actions.newWindow() },
      ...(["workspace.new", "launch.here", "terminal.new", "-", "workspace.open", "workspace.delete"] as const),
      ...(["-", "vault.open", "vault.lock", "-", "panel.close", "panel.close-others"] as const),
      ...(mac ? [] : (["-", ...settings, "-", quit] as const)),
    ),
    menu("Edit", ...editItems(mac), "-", "terminal.find", "terminal.search-all"),
    menu(
      "View",
      ...(["go.palette", "-", "view.sidebar", "view.inspector", "view.jobs", "-"] as const),
      ...(["view.theme-system", "view.theme-light", "view.theme-dark", "-"] as const),
      ...zoomItems(actions),
    ),
    menu(
      "Go",
      ...(["go.needs-you", "go.running", "go.tree", "-", "go.bottles", "go.proposals", "go.gateway"] as const),
      ...(["go.git-gate", "-", "go.notifications", "notifications.seen", "notifications.pause"] as const),
    ),
    menu(
      "Terminal",
      ...(["terminal.split-right", "terminal.split-below", "-", "terminal.follow", "terminal.clear", "-"] as const),
      ...(["terminal.zoom-in", "terminal.zoom-out", "terminal.zoom-reset", "-"] as const),
      ...(["terminal.rename", "terminal.copy-id", "terminal.reach-all", "terminal.reach-workspace", "-"] as const),
      ...(["terminal.restart", "terminal.remove", "terminal.kill"] as const),
    ),
    {
      ...menu(
        "Window",
        ...(mac ? macWindowItems : otherWindowItems),
        "-",
        ...(["panel.next", "panel.previous", "panel.maximize", "-", "panel.move-right", "panel.move-below"] as const),
        ...(["-", "panel.focus-left", "panel.focus-right", "panel.focus-up", "panel.focus-down"] as const),
      ),
      // macOS adds the list of windows to it.
      ...(mac ? { role: "window" as const } : {}),
    },
    {
      ...menu("Help", "app.shortcuts", "app.first-run", "-", "app.updates", "app.host", "app.crash-reports"),
      ...(mac ? { role: "help" as const } : {}),
    },
  ];
}

/**
 * The window acts on the keys itself, before or behind the program in a terminal as each command says. So elsewhere the menu only shows them; macOS
 * offers a key to the page first anyway, and to the menu what the page has left.
 */
function commandItem(id: CommandId, actions: MenuActions, mac: boolean): Item {
  const { title, shortcut }: CommandWords = commandWords[id];
  return {
    id,
    label: title,
    ...(shortcut === undefined ? {} : { accelerator: acceleratorOf(shortcut, mac), registerAccelerator: false }),
    click: () => actions.run(id),
  };
}

/** These act on whatever has the keyboard, a field as well, of which the window's facts say nothing. */
const ofTheKeyboard: readonly CommandId[] = ["terminal.copy", "terminal.paste", "terminal.select-all"];

/** Whether an action's item can be clicked. */
export function isEnabled(id: CommandId, facts: CommandFacts): boolean {
  const { cannot }: CommandWords = commandWords[id];
  return ofTheKeyboard.includes(id) || cannot?.(facts) === undefined;
}

const macItems: readonly Item[] = [
  { role: "services" },
  { type: "separator" },
  { role: "hide" },
  { role: "hideOthers" },
  { role: "unhide" },
];

/** Copy and paste are what the system does with whatever has the keyboard, a terminal as well. */
function editItems(mac: boolean): Entry[] {
  const shown = (id: "terminal.copy" | "terminal.paste", role: "copy" | "paste"): Item => {
    const { shortcut = "" }: CommandWords = commandWords[id];
    return { id, role, accelerator: acceleratorOf(shortcut, mac), registerAccelerator: false };
  };
  // Their usual keys (Ctrl-Z, Ctrl-X) are also the terminal's: Chromium acts on them in a field without a menu's help.
  const role = (name: "undo" | "redo" | "cut"): Item => ({
    role: name,
    ...(mac ? {} : { registerAccelerator: false }),
  });
  return [
    role("undo"),
    role("redo"),
    "-",
    role("cut"),
    shown("terminal.copy", "copy"),
    shown("terminal.paste", "paste"),
    "terminal.select-all",
  ];
}

/** In a terminal the usual keys of zooming change its font, so that here the window has further ones, which mean the same everywhere. */
function zoomItems({ zoom }: MenuActions): Item[] {
  return [
    { label: "Actual size", accelerator: "CommandOrControl+Alt+0", click: () => zoom("reset") },
    { label: "Zoom in", accelerator: "CommandOrControl+Alt+=", click: () => zoom("in") },
    { label: "Zoom out", accelerator: "CommandOrControl+Alt+-", click: () => zoom("out") },
    { type: "separator" },
    { role: "togglefullscreen" },
  ];
}

const macWindowItems: readonly Item[] = [
  { role: "minimize" },
  { role: "zoom" },
  { role: "close", label: "Close the window", accelerator: "Command+Shift+W" },
  { type: "separator" },
  { role: "front" },
];

/** Without the keys that their roles would bring: Ctrl-M is Enter in a terminal, and Ctrl-W deletes a word. */
const otherWindowItems: readonly Item[] = [
  { label: "Minimize", click: (_item, window) => window?.minimize() },
  { label: "Close the window", click: (_item, window) => window?.close() },
];
