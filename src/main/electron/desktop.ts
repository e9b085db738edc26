/** What only a desktop can do, done by Electron. */
import { app, dialog, Notification, safeStorage, shell } from "electron";
import type { Attention, Desktop } from "../desktop.ts";
import { electronKeychain } from "./keychain.ts";
import type { Windows } from "./windows.ts";

export type ElectronDesktopParts = {
  windows: Windows;
  quit: () => void;
  attention: (state: Attention) => void;
};

export function electronDesktop({ windows, quit, attention }: ElectronDesktopParts): Desktop {
  // A notification that nobody holds is collected, and its click with it.
  const shown = new Set<Notification>();
  return {
    face: "electron",
    keychain: electronKeychain(safeStorage, process.platform),
    async pickFolder() {
      const options: Electron.OpenDialogOptions = { properties: ["openDirectory", "createDirectory"] };
      const parent = windows.current;
      const chosen = parent ? await dialog.showOpenDialog(parent, options) : await dialog.showOpenDialog(options);
      return chosen.canceled ? null : (chosen.filePaths[0] ?? null);
    },
    windowFor: (workspaceId) => windows.windowFor(workspaceId),
    async openWindow(window) {
      windows.show(window);
      return null;
    },
    newWindow: (workspaceId) => windows.open(workspaceId),
    zoom: (window, change) => windows.zoom(window, change),
    windowUsable: (window) => windows.usable(window),
    openLink: (url) => shell.openExternal(url),
    async reveal(path) {
      shell.showItemInFolder(path);
    },
    notify({ title, body }, opened) {
      if (!Notification.isSupported()) return false;
      const notification = new Notification({ title, body, silent: true });
      shown.add(notification);
      notification.on("click", opened);
      notification.on("close", () => shown.delete(notification));
      notification.on("failed", () => shown.delete(notification));
      notification.show();
      return true;
    },
    setAttention(state) {
      app.setBadgeCount(state.unseen);
      attention(state);
    },
    quit,
  };
}
