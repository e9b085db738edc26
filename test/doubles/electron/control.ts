/** What a test does to the double from outside: one JSON object a line each way, over a Unix socket. */
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import type { Details, RenderProcessGoneDetails } from "electron";
import { preventable, quit, raise } from "./app.ts";
import { BrowserWindow } from "./browser-window.ts";
import { pass } from "./clock.ts";
import {
  answers,
  asked,
  boxAnswers,
  boxes,
  clickButton,
  Notification,
  nativeTheme,
  pressGlobal,
  setDarkColours,
  setDisplays,
  Tray,
} from "./desktop.ts";
import { handles } from "./handles.ts";
import { collectGarbage } from "./held-weakly.ts";
import { ipcMain } from "./ipc.ts";
import { clickItem, Menu, type MenuItem } from "./menu.ts";
import { noted } from "./noted.ts";
import { answersOf, deviceAnswerOf, type Permission } from "./permissions.ts";
import { endSession, type PowerEvent, raisePower, raiseShutdown } from "./power.ts";
import { type DisplayFacts, settings } from "./settings.ts";

export type MenuFacts = Omit<MenuItem, "click" | "submenu"> & { submenu: MenuFacts[] };

const factsOf = ({ click: _, submenu, ...item }: MenuItem): MenuFacts => ({ ...item, submenu: submenu.map(factsOf) });
const window = (id: number) => {
  const found = [...BrowserWindow.all].find((each) => each.id === id);
  if (found === undefined) throw new Error(`there is no window ${id}`);
  return found;
};
const tray = () => {
  const [only] = Tray.all;
  if (only === undefined) throw new Error("there is no tray");
  return only;
};
const notification = (number: number) => {
  const found = [...Notification.shown].find((each) => each.number === number);
  if (found === undefined) throw new Error(`there is no notification ${number}`);
  return found;
};

const factsNow = async (each: BrowserWindow) => {
  const [target, title] = [await each.webContents.target(), await each.webContents.title()];
  return {
    id: each.id,
    target,
    url: each.webContents.getURL(),
    title,
    zoom: each.webContents.getZoomFactor(),
    fullScreen: each.isFullScreen(),
    visible: each.isVisible(),
    focused: BrowserWindow.focused === each,
    minimized: each.isMinimized(),
    maximized: each.isMaximized(),
    bounds: each.getNormalBounds(),
    progress: each.progress,
    overlay: each.overlay,
    webPreferences: each.options.webPreferences ?? {},
  };
};
/** Null for a window that goes while it is looked at; one that gets another page meanwhile is looked at once more. */
async function windowFacts(each: BrowserWindow): Promise<Awaited<ReturnType<typeof factsNow>> | null> {
  for (;;) {
    const { opening } = each.webContents;
    try {
      return await factsNow(each);
    } catch (error) {
      if (each.isDestroyed()) return null;
      if (each.webContents.opening === opening) throw error;
    }
  }
}

const allowed = (id: number, name: string, details: object, ...args: unknown[]) => {
  const event = preventable(details);
  window(id).webContents.emit(name, event, ...args);
  return !event.defaultPrevented;
};

const calls = {
  state: async () => ({
    ...noted,
    asked,
    boxes,
    windows: (await Promise.all([...BrowserWindow.all].map(windowFacts))).filter((facts) => facts !== null),
    tray: [...Tray.all].map(({ toolTip, title, menu, image, changes }) => ({
      changes,
      toolTip,
      title,
      image: image.path,
      menu: (menu?.items ?? []).map(factsOf),
    })),
    menu: (Menu.application?.items ?? []).map(factsOf),
    /** The menu of text, or any other that was opened over a window. */
    popup: (Menu.shown?.items ?? []).map(factsOf),
    notifications: [...Notification.shown].map(({ number, options }) => ({ ...options, number })),
  }),
  clickTray: () => tray().emit("click", {}, {}, {}),
  clickTrayMenu: (label: string) => clickItem(tray().menu?.items ?? [], label),
  clickMenu: (label: string) => clickItem(Menu.application?.items ?? [], label, BrowserWindow.focused),
  clickPopup: (label: string) => {
    const { shown } = Menu;
    Menu.shown = null;
    return clickItem(shown?.items ?? [], label, BrowserWindow.focused);
  },
  pressGlobal,
  setClipboard: (text: string) => {
    noted.clipboard = text;
  },
  openUrl: (url: string) => raise("open-url", url),
  openFile: (path: string) => raise("open-file", path),
  dropOnTray: (paths: string[]) => tray().emit("drop-files", {}, paths),
  screenReader: (enabled: boolean) => raise("accessibility-support-changed", enabled),
  clickNotification: (number: number) => void notification(number).emit("click", {}),
  /** A button of it, by its label. */
  actOnNotification: (number: number, label: string) => {
    const found = notification(number);
    found.act((found.options.actions ?? []).findIndex(({ text }) => text === label));
  },
  /** As the person takes it away, or the system after a while. */
  closeNotification: (number: number, reason: "userCanceled" | "timedOut" = "userCanceled") =>
    notification(number).vanish(reason),
  /** The next box with buttons is answered by this one. */
  answerBox: (label: string) => void boxAnswers.push(label),
  setDarkColours: (dark: boolean) => setDarkColours(dark),
  /** What nobody but main listens to. */
  listeners: () => ({
    theme: nativeTheme.listenerCount("updated"),
    memory: process.memoryUsage().heapUsed,
    resources: process.getActiveResourcesInfo().length,
  }),
  answerDialog: (filePaths: string[]) => void answers.push({ canceled: filePaths.length === 0, filePaths }),
  closeWindow: (id: number) => window(id).close(),
  /** As a window goes whose page is beyond help: it is not asked. */
  destroyWindow: (id: number) => window(id).destroy(),
  minimizeWindow: (id: number) => window(id).minimize(),
  setBounds: (id: number, bounds: { x: number; y: number; width: number; height: number }) =>
    window(id).setBounds(bounds),
  knowFiles: (id: number, files: Record<string, string>) => window(id).webContents.knowFiles(files),
  setDisplays: (displays: DisplayFacts[]) => setDisplays(displays),
  maximizeWindow: (id: number) => window(id).maximize(),
  fullScreenWindow: (id: number) => window(id).setFullScreen(true),
  focusWindow: (id: number) => window(id).focus(),
  wheelZoom: (id: number, direction: "in" | "out") => void window(id).webContents.emit("zoom-changed", {}, direction),
  crashRenderer: (id: number) => window(id).webContents.crash("crashed"),
  hangRenderer: (id: number) => void window(id).webContents.emit("unresponsive"),
  renderersAnswer: (id: number) => void window(id).webContents.emit("responsive"),
  clickButton: (label: string) => clickButton(label),
  handles: () => handles(),
  activate: () => raise("activate", false),
  /** "Emitted when the renderer process unexpectedly disappears": the page itself is left as it is. */
  renderProcessGone: (id: number, details: RenderProcessGoneDetails) =>
    raise("render-process-gone", window(id).webContents, details),
  childProcessGone: (details: Details) => raise("child-process-gone", details),
  /** Every channel on which main listens. */
  ipcChannels: () => ipcMain.eventNames().map(String),
  /** The system or a menu ends the app. Resolves when all was asked. */
  quit: () => quit(),
  power: (event: PowerEvent) => raisePower(event),
  /** The computer is about to be shut down. Whether it waits for the app. */
  shutDown: () => raiseShutdown(),
  /** Windows ends the person's session. */
  endSession,
  /** Time passes for the timers that are held. */
  pass,
  collectGarbage,
  /** What the handlers say when a page checks for a permission, and when it asks for one. */
  permission: (id: number, name: Permission) =>
    answersOf(window(id).webContents, name, window(id).webContents.getURL()),
  device: (id: number, type: "hid" | "serial" | "usb") => deviceAnswerOf(type, window(id).webContents.getURL()),
  /** What a frame with that address is answered when it speaks to main. Null: "may be `null` if accessed after the frame has either navigated or been destroyed". */
  hearFrom: (id: number, frame: { url: string; top: boolean } | null, channel: string, args: unknown[]) =>
    window(id).webContents.hearFrom(frame, channel, args),
  /** Whether a server's redirect would be followed, and whether a `<webview>` would be attached. */
  redirect: (id: number, url: string) => allowed(id, "will-redirect", { url, isMainFrame: true }, url),
  attachWebview: (id: number, params: Record<string, string>) => allowed(id, "will-attach-webview", {}, {}, params),
};
export type Calls = typeof calls;
export type Control = {
  [Name in keyof Calls]: (...args: Parameters<Calls[Name]>) => Promise<Awaited<ReturnType<Calls[Name]>>>;
};

createServer((socket) => {
  socket.on("error", () => {});
  createInterface({ input: socket }).on("line", async (line) => {
    const { id, call, args } = JSON.parse(line) as { id: number; call: keyof Calls; args: unknown[] };
    try {
      const value = await (calls[call] as (...given: unknown[]) => unknown)(...args);
      socket.write(`${JSON.stringify({ id, value: value ?? null })}\n`);
    } catch (error) {
      socket.write(`${JSON.stringify({ id, error: String(error) })}\n`);
    }
  });
})
  .listen(settings.control)
  .unref();
