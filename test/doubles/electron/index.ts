/**
 * A double of Electron for main: what stands in for the `electron` module when the built main bundle runs under Node ({@link file://./register.ts}). Its windows are
 * pages of a real Chromium; the preload bundle runs in an isolated world of them. It covers what Cellar uses; anything else throws by name.
 */
import "./clock.ts";
import "./control.ts";

export { app } from "./app.ts";
export { BrowserWindow } from "./browser-window.ts";
export {
  clipboard,
  dialog,
  globalShortcut,
  Notification,
  nativeImage,
  nativeTheme,
  safeStorage,
  screen,
  shell,
  Tray,
} from "./desktop.ts";
export { ipcMain } from "./ipc.ts";
export { Menu } from "./menu.ts";
export { MessageChannelMain } from "./ports.ts";
export { powerMonitor } from "./power.ts";
export { protocol, session } from "./session.ts";
