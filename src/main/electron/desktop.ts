/** What only a desktop can do, done by Electron. */
import { clipboard, dialog, safeStorage, shell } from "electron";
import type { Desktop } from "../desktop.ts";
import { electronKeychain } from "./keychain.ts";
import { notify } from "./notifier.ts";
import type { Windows } from "./windows.ts";

export type ElectronDesktopParts = {
  windows: Windows;
  quit: () => void;
  setAttention: Desktop["setAttention"];
  setProgress: Desktop["setProgress"];
  system: Desktop["system"];
};

export function electronDesktop({ windows, ...parts }: ElectronDesktopParts): Desktop {
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
    windowFacts: (window, facts) => windows.setFacts(window, facts),
    openLink: (url) => shell.openExternal(url),
    async reveal(path) {
      shell.showItemInFolder(path);
    },
    notify,
    clipboardText: async () => clipboard.readText(),
    ...parts,
  };
}
