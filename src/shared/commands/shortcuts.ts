/** Every shortcut there is. The window's and the terminals' never share one: in a terminal its own keys come first. */
import type { Shortcut } from "./shortcut.ts";

/** Keys of the window. Like a terminal's they leave alone what shells and browsers need; only Ctrl-K is taken, because it must work anywhere. */
export const shortcuts = {
  palette: "mod+k",
  paletteToo: { mac: "mod+shift+p", other: "ctrl+shift+p" },
  newWorkspace: { mac: "mod+alt+n", other: "alt+shift+n" },
  launch: { mac: "mod+alt+l", other: "alt+shift+l" },
  nextNeedsYou: { mac: "mod+alt+j", other: "alt+shift+j" },
  running: { mac: "mod+alt+r", other: "alt+shift+r" },
  notifications: { mac: "mod+alt+u", other: "alt+shift+u" },
  sidebar: { mac: "mod+b", other: "ctrl+shift+b" },
  inspector: { mac: "mod+alt+b", other: "ctrl+alt+b" },
  jobs: { mac: "mod+j", other: "ctrl+alt+j" },
  focusTree: { mac: "mod+alt+t", other: "alt+shift+t" },
  settings: "mod+comma",
  help: { mac: "mod+slash", other: "ctrl+shift+slash" },
} satisfies Record<string, Shortcut>;

/**
 * Keys of the dock and of terminals. They avoid what shells and full-screen programs use (Ctrl with a letter, Alt with a letter or an arrow)
 * and what browsers never give away (Ctrl-T, Ctrl-W, Ctrl-Tab and Ctrl-Page Down).
 */
export const terminalShortcuts = {
  newTerminal: "ctrl+shift+backquote",
  splitRight: { mac: "mod+d", other: "ctrl+shift+e" },
  splitBelow: { mac: "mod+shift+d", other: "ctrl+shift+o" },
  closePanel: { mac: "mod+w", other: "alt+shift+w" },
  nextTab: { mac: "mod+shift+bracketright", other: "ctrl+shift+bracketright" },
  previousTab: { mac: "mod+shift+bracketleft", other: "ctrl+shift+bracketleft" },
  focusLeft: { mac: "mod+alt+arrowleft", other: "alt+shift+arrowleft" },
  focusRight: { mac: "mod+alt+arrowright", other: "alt+shift+arrowright" },
  focusUp: { mac: "mod+alt+arrowup", other: "alt+shift+arrowup" },
  focusDown: { mac: "mod+alt+arrowdown", other: "alt+shift+arrowdown" },
  maximize: { mac: "mod+shift+enter", other: "ctrl+shift+enter" },
  copy: { mac: "mod+c", other: "ctrl+shift+c" },
  paste: { mac: "mod+v", other: "ctrl+shift+v" },
  selectAll: { mac: "mod+a", other: "ctrl+shift+a" },
  find: { mac: "mod+f", other: "ctrl+shift+f" },
  clear: { mac: "mod+alt+k", other: "ctrl+shift+l" },
  zoomIn: "mod+plus",
  zoomOut: "mod+minus",
  zoomReset: "mod+0",
  kill: { mac: "mod+shift+k", other: "ctrl+shift+k" },
  searchAll: { mac: "mod+shift+f", other: "ctrl+shift+s" },
} satisfies Record<string, Shortcut>;

/** Keys of the window's size; in a terminal they change its font instead. */
export const zoomShortcuts = {
  in: terminalShortcuts.zoomIn,
  out: terminalShortcuts.zoomOut,
  reset: terminalShortcuts.zoomReset,
} satisfies Record<string, Shortcut>;
