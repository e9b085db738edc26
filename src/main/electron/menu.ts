/** The application menu: what the platform expects. Every action of Cellar itself is in the window's command palette. */
import { app, Menu, type MenuItemConstructorOptions } from "electron";

export function setApplicationMenu(quit: () => void): void {
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
        label: "Edit",
        submenu: [{ role: "copy" }, { role: "paste" }, { role: "selectAll" }].map((item) =>
          process.platform === "darwin" ? item : { ...item, registerAccelerator: false },
        ) as MenuItemConstructorOptions[],
      },
      {
        label: "View",
        submenu: [
          { role: "resetZoom", accelerator: "CommandOrControl+Alt+0" },
          { role: "zoomIn", accelerator: "CommandOrControl+Alt+=" },
          { role: "zoomOut", accelerator: "CommandOrControl+Alt+-" },
          { role: "togglefullscreen" },
        ],
      },
      { role: "windowMenu" },
    ]),
  );
}
