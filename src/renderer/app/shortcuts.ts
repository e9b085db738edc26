/** Keys of the window. Like the dock's (`terminals/shortcuts.ts`) they leave alone what shells and browsers need; only Ctrl-K is taken, because it must work anywhere. */
import type { Shortcut } from "./commands.ts";

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

/** In a terminal these keys change its font instead: `terminals/shortcuts.ts`. */
export const zoomShortcuts = { in: "mod+plus", out: "mod+minus", reset: "mod+0" } satisfies Record<string, Shortcut>;
