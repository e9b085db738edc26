/** `Menu` (docs/api/menu.md), as far as templates: labels, roles, submenus, accelerators and clicks. */
import type { Menu as ElectronMenu, MenuItem as ElectronMenuItem, MenuItemConstructorOptions } from "electron";
import { checkAccelerator } from "./accelerator.ts";
import type { BrowserWindow } from "./browser-window.ts";

export type MenuItem = {
  id: string | null;
  label: string;
  type: NonNullable<MenuItemConstructorOptions["type"]>;
  role: string | null;
  enabled: boolean;
  checked: boolean;
  accelerator: string | null;
  /** "If false, the accelerator won't be registered with the system, but it will still be displayed." */
  registerAccelerator: boolean;
  submenu: MenuItem[];
  click: ((window: BrowserWindow | undefined) => void) | null;
};

const types = new Set(["normal", "separator", "submenu", "checkbox", "radio", "header", "palette"]);

function itemOf(options: MenuItemConstructorOptions): MenuItem {
  const { id = null, registerAccelerator = true } = options;
  const { label = "", role = null, enabled = true, checked = false, accelerator = null, submenu, click } = options;
  const type = options.type ?? (submenu === undefined ? "normal" : "submenu");
  // "Invalid template for MenuItem: must have at least one of label, role or type"
  if (options.label === undefined && role === null && options.type === undefined) {
    throw new TypeError("Invalid template for MenuItem: must have at least one of label, role or type");
  }
  if (!types.has(type)) throw new Error(`Unknown menu item type: ${type}`);
  const items = submenu === undefined ? [] : (submenu as MenuItemConstructorOptions[]).map(itemOf);
  if (accelerator !== null) checkAccelerator(accelerator);
  const clicked =
    click === undefined
      ? null
      : (window: BrowserWindow | undefined) => click({} as never, window as never, {} as never);
  const keys = { accelerator, registerAccelerator };
  return { id, label, type, role, enabled, checked, ...keys, submenu: items, click: clicked };
}

export class Menu {
  readonly items: MenuItem[];
  static application: Menu | null = null;

  constructor(items: MenuItem[] = []) {
    this.items = items;
  }

  getMenuItemById(id: string): MenuItem | null {
    const find = (items: readonly MenuItem[]): MenuItem | null => {
      for (const item of items) {
        const found = item.id === id ? item : find(item.submenu);
        if (found !== null) return found;
      }
      return null;
    };
    return find(this.items);
  }

  static buildFromTemplate(template: MenuItemConstructorOptions[]): Menu {
    // "`template` must be an array"
    if (!Array.isArray(template)) throw new TypeError("Invalid template for Menu: Menu template must be an array");
    return new Menu(template.map(itemOf));
  }

  /** The menu that was last opened over a window. */
  static shown: Menu | null = null;

  popup({ window }: { window: BrowserWindow }): void {
    if (window.isDestroyed()) throw new TypeError("Object has been destroyed");
    Menu.shown = this;
  }

  static setApplicationMenu(menu: Menu | null): void {
    Menu.application = menu;
  }
}
({}) as MenuItem satisfies { [Key in keyof Pick<ElectronMenuItem, "enabled">]: ElectronMenuItem[Key] };
({}) as Menu satisfies { [Key in keyof Pick<ElectronMenu, "getMenuItemById">]: (id: string) => MenuItem | null };
Menu satisfies {
  [Key in "buildFromTemplate" | "setApplicationMenu"]: Key extends keyof typeof ElectronMenu ? unknown : never;
};

/** "Some of the roles … the `click` property will be ignored": these are done by Chromium, to whatever has the keyboard. */
const editing = ["undo", "redo", "cut", "copy", "paste", "selectAll"] as const;

/**
 * The item of that label, or of that role where it has no label of its own, at any depth; throws when there is none, or when a person could not
 * click it. `window` is the focused one: what the click is told, and what a role acts on.
 */
export async function clickItem(
  items: readonly MenuItem[],
  label: string,
  window?: BrowserWindow | null,
): Promise<void> {
  const all = (list: readonly MenuItem[]): MenuItem[] => list.flatMap((item) => [item, ...all(item.submenu)]);
  const found = all(items).find((item) => item.label === label || (item.label === "" && item.role === label));
  if (found === undefined)
    throw new Error(
      `there is no "${label}" among: ${all(items)
        .map((item) => item.label)
        .join(", ")}`,
    );
  if (!found.enabled) throw new Error(`"${label}" is disabled`);
  const edit = editing.find((role) => role === found.role);
  if (edit !== undefined) return window?.webContents.edit(edit);
  if (found.click === null) throw new Error(`"${label}" does nothing`);
  found.click(window ?? undefined);
}
