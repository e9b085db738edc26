/** What a test does to the double from outside: one JSON object a line each way, over a Unix socket. */
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import type { Details, RenderProcessGoneDetails } from "electron";
import { preventable, raise } from "./app.ts";
import { BrowserWindow } from "./browser-window.ts";
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
import { ipcMain } from "./ipc.ts";
import { clickItem, Menu, type MenuItem } from "./menu.ts";
import { noted } from "./noted.ts";
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

const calls = {
  state: async () => ({
    ...noted,
    asked,
    boxes,
    windows: await Promise.all(
      [...BrowserWindow.all].map(async (each) => ({
        id: each.id,
        target: await each.webContents.target(),
        url: each.webContents.getURL(),
        title: await each.webContents.title(),
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
      })),
    ),
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
    notifications: [...Notification.shown].map(([number, { options }]) => ({ ...options, number })),
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
  clickNotification: (number: number) => {
    const found = Notification.shown.get(number);
    if (found === undefined) throw new Error(`there is no notification ${number}`);
    found.emit("click", {});
  },
  /** A button of it, by its label. */
  actOnNotification: (number: number, label: string) => {
    const found = Notification.shown.get(number);
    if (found === undefined) throw new Error(`there is no notification ${number}`);
    found.act((found.options.actions ?? []).findIndex(({ text }) => text === label));
  },
  /** As the person takes it away, or the system after a while. */
  closeNotification: (number: number, reason: "userCanceled" | "timedOut" = "userCanceled") =>
    Notification.shown.get(number)?.vanish(reason),
  /** The next box with buttons is answered by this one. */
  answerBox: (label: string) => void boxAnswers.push(label),
  setDarkColours: (dark: boolean) => setDarkColours(dark),
  /** What nobody but main listens to. */
  listeners: () => ({
    theme: nativeTheme.listenerCount("updated"),
    memory: process.memoryUsage().heapUsed,
    resources: process.getActiveResourcesInfo().length,
  }),
  /** As a renderer that is gone takes its window along. */
  destroyWindow: (id: number) => window(id).destroy(),
  answerDialog: (filePaths: string[]) => void answers.push({ canceled: filePaths.length === 0, filePaths }),
  closeWindow: (id: number) => window(id).close(),
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
  /** A page wants to embed another: "emitted when a `<webview>`'s web contents is being attached". Whether main refused. */
  attachWebview: (id: number, params: Record<string, string>) => {
    const event = preventable();
    window(id).webContents.emit("will-attach-webview", event, {}, params);
    return event.defaultPrevented;
  },
  /** Every channel on which main listens. */
  ipcChannels: () => ipcMain.eventNames().map(String),
  /** A message to main as from another frame; how often it was answered. Null: "may be `null` if accessed after the frame has either navigated or been destroyed". */
  sendAs: (id: number, frame: { url: string; top: boolean } | null, channel: string, args: unknown[]) => {
    let answers = 0;
    const parent = frame?.top ? null : { url: "cellar-window://app/" };
    const senderFrame = frame && { url: frame.url, parent, postMessage: () => answers++ };
    ipcMain.emit(channel, { sender: window(id).webContents, senderFrame, ports: [] }, ...args);
    return answers;
  },
  childProcessGone: (details: Details) => raise("child-process-gone", details),
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
