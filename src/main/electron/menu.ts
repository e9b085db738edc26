/** The application menu: what the platform expects. Every action of Cellar itself is in the window's command palette. */
import { app, Menu, type MenuItemConstructorOptions } from "electron";
import type { ZoomChange } from "./zoom.ts";

export type MenuActions = { quit(): void; newWindow(): void; zoom(change: ZoomChange): void };

export function setApplicationMenu({ quit, newWindow, zoom }: MenuActions): void {
  const mac: MenuItemConstructorOptions[] =
    process.platform === "darwin"
      ? [
          {
            label: app.name,
            submenu: [
              { role: "about" },
              { type: "separator" },
              { role: "hide" },
              { role: "hideOthers" },
              { role: "unhide" },
              { type: "separator" },
              { label: "Quit Cellar", accelerator: "Command+Q", click: quit },
            ],
          },
        ]
      : [];
  // No accelerators that terminals need: Ctrl+C, Ctrl+W, Ctrl+R and their like reach the program in the terminal.
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      ...mac,
      {
        label: "File",
        submenu: [{ label: "New window", click: () => newWindow() }, { type: "separator" }, { role: "close" }].map(
          withoutKey,
        ) as MenuItemConstructorOptions[],
      },
      {
        label: "Edit",
        submenu: [{ role: "copy" }, { role: "paste" }, { role: "selectAll" }].map(
          withoutKey,
        ) as MenuItemConstructorOptions[],
      },
      {
        label: "View",
        submenu: [
          // Their keys are the window's own, because in a terminal they change its font.
          { label: "Actual size", click: () => zoom("reset") },
          { label: "Zoom in", click: () => zoom("in") },
          { label: "Zoom out", click: () => zoom("out") },
          { role: "togglefullscreen" },
        ],
      },
      { role: "windowMenu" },
    ]),
  );
}

/** Keys that the page, or the program in a terminal, shall see. On macOS they have Command and are nobody else's. */
function withoutKey(item: object): object {
  return process.platform === "darwin" ? item : { ...item, registerAccelerator: false };
}
