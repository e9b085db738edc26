/** What only a desktop can do, done by Electron. */
import { app, type BrowserWindow, clipboard, dialog, Notification, safeStorage, shell } from "electron";
import type { Attention, Desktop } from "../desktop.ts";
import { electronKeychain } from "./keychain.ts";

export type ElectronDesktopParts = {
  show: () => BrowserWindow;
  window: () => BrowserWindow | null;
  quit: () => void;
  attention: (state: Attention) => void;
  system: Desktop["system"];
};

export function electronDesktop({ show, window, quit, attention, system }: ElectronDesktopParts): Desktop {
  // A notification that nobody holds is collected, and its click with it.
  const shown = new Set<Notification>();
  return {
    face: "electron",
    keychain: electronKeychain(safeStorage, process.platform),
    async pickFolder() {
      const options: Electron.OpenDialogOptions = { properties: ["openDirectory", "createDirectory"] };
      const parent = window();
      const chosen = parent ? await dialog.showOpenDialog(parent, options) : await dialog.showOpenDialog(options);
      return chosen.canceled ? null : (chosen.filePaths[0] ?? null);
    },
    async openWindow() {
      show();
      return null;
    },
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
    clipboardText: async () => clipboard.readText(),
    system,
    setAttention(state) {
      app.setBadgeCount(state.unseen);
      attention(state);
    },
    quit,
  };
}
