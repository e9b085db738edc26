/** What only a desktop can do, done by Electron. */
import { type BrowserWindow, dialog, safeStorage, shell } from "electron";
import type { Desktop } from "../desktop.ts";
import { electronKeychain } from "./keychain.ts";
import { notify } from "./notifier.ts";

export type ElectronDesktopParts = {
  show: () => BrowserWindow;
  window: () => BrowserWindow | null;
  quit: () => void;
  setAttention: Desktop["setAttention"];
  setProgress: Desktop["setProgress"];
};

export function electronDesktop({ show, window, ...parts }: ElectronDesktopParts): Desktop {
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
    notify,
    ...parts,
  };
}
