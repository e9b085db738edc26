/** `Menu` (docs/api/menu.md), as far as templates: labels, roles, submenus, accelerators and clicks. */
import type { Menu as ElectronMenu, MenuItemConstructorOptions } from "electron";

export type MenuItem = {
  label: string;
  type: NonNullable<MenuItemConstructorOptions["type"]>;
  role: string | null;
  enabled: boolean;
  checked: boolean;
  accelerator: string | null;
  submenu: MenuItem[];
  click: (() => void) | null;
};

const types = new Set(["normal", "separator", "submenu", "checkbox", "radio", "header", "palette"]);

function itemOf(options: MenuItemConstructorOptions): MenuItem {
  const { label = "", role = null, enabled = true, checked = false, accelerator = null, submenu, click } = options;
  const type = options.type ?? (submenu === undefined ? "normal" : "submenu");
  // "Invalid template for MenuItem: must have at least one of label, role or type"
  if (options.label === undefined && role === null && options.type === undefined) {
    throw new TypeError("Invalid template for MenuItem: must have at least one of label, role or type");
  }
  if (!types.has(type)) throw new Error(`Unknown menu item type: ${type}`);
  const items = submenu === undefined ? [] : (submenu as MenuItemConstructorOptions[]).map(itemOf);
  const clicked = click === undefined ? null : () => click({} as never, undefined, {} as never);
  return { label, type, role, enabled, checked, accelerator, submenu: items, click: clicked };
}

export class Menu {
  readonly items: MenuItem[];
  static application: Menu | null = null;

  constructor(items: MenuItem[] = []) {
    this.items = items;
  }

  static buildFromTemplate(template: MenuItemConstructorOptions[]): Menu {
    // "`template` must be an array"
    if (!Array.isArray(template)) throw new TypeError("Invalid template for Menu: Menu template must be an array");
    return new Menu(template.map(itemOf));
  }

  static setApplicationMenu(menu: Menu | null): void {
    Menu.application = menu;
  }
}
Menu satisfies {
  [Key in "buildFromTemplate" | "setApplicationMenu"]: Key extends keyof typeof ElectronMenu ? unknown : never;
};

/** The item of that label, at any depth; throws when there is none, or when a person could not click it. */
export function clickItem(items: readonly MenuItem[], label: string): void {
  const all = (list: readonly MenuItem[]): MenuItem[] => list.flatMap((item) => [item, ...all(item.submenu)]);
  const found = all(items).find((item) => item.label === label);
  if (found === undefined)
    throw new Error(
      `there is no "${label}" among: ${all(items)
        .map((item) => item.label)
        .join(", ")}`,
    );
  if (!found.enabled) throw new Error(`"${label}" is disabled`);
  if (found.click === null) throw new Error(`"${label}" does nothing`);
  found.click();
}
