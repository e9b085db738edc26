/** A shortcut as Cellar writes it, and as each system and Electron's menus write it. */

/** As `mod+shift+p`: `mod` is Cmd on macOS and Ctrl elsewhere. Two of them where the systems differ in what is free. */
export type Shortcut = string | { mac: string; other: string };

export function keysOf(shortcut: Shortcut, mac: boolean): string {
  return typeof shortcut === "string" ? shortcut : mac ? shortcut.mac : shortcut.other;
}

/** What is printed on keys that we name by their place. Others are a letter, a digit, a function key, or have a name on each system. */
export const keySigns: Readonly<Record<string, string>> = {
  comma: ",",
  slash: "/",
  backquote: "`",
  backslash: "\\",
  bracketleft: "[",
  bracketright: "]",
  minus: "-",
};

/** As Electron names them. */
const acceleratorKeys: Record<string, string> = {
  ...keySigns,
  plus: "Plus",
  space: "Space",
  enter: "Enter",
  escape: "Escape",
  arrowleft: "Left",
  arrowright: "Right",
  arrowup: "Up",
  arrowdown: "Down",
  home: "Home",
  end: "End",
  pageup: "PageUp",
  pagedown: "PageDown",
  insert: "Insert",
  delete: "Delete",
};

/** `Ctrl+Shift+P`, `Command+Alt+N`: what Electron's menus take. */
export function acceleratorOf(shortcut: Shortcut, mac: boolean): string {
  const parts = keysOf(shortcut, mac).split("+");
  const key = parts.pop() ?? "";
  const modifiers: Record<string, string> = {
    mod: mac ? "Command" : "Ctrl",
    ctrl: "Ctrl",
    alt: "Alt",
    super: "Super",
    shift: "Shift",
  };
  const names = parts.map((part) => modifiers[part] ?? part);
  return [...names, acceleratorKeys[key] ?? key.toUpperCase()].join("+");
}

/**
 * A shortcut that works in every program: with at least one of Ctrl, Cmd, Alt and the Windows key, so that it takes no character from
 * anybody's typing. Empty: none.
 */
export const globalShortcutPattern =
  /^$|^(?:mod|ctrl|alt|super)\+(?:(?:mod|ctrl|alt|super)\+)*(?:shift\+)?(?:[a-z0-9]|f[1-9]|f1[0-9]|f2[0-4]|comma|slash|backquote|backslash|bracketleft|bracketright|minus|plus|space|enter|escape|arrowleft|arrowright|arrowup|arrowdown|home|end|pageup|pagedown|insert|delete)$/;
