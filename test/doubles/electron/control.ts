/** What a test does to the double from outside: one JSON object a line each way, over a Unix socket. */
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { preventable, quit, raise } from "./app.ts";
import { BrowserWindow } from "./browser-window.ts";
import { answers, asked, Notification, shown, Tray } from "./desktop.ts";
import { collectGarbage } from "./held-weakly.ts";
import { clickItem, Menu, type MenuItem } from "./menu.ts";
import { noted } from "./noted.ts";
import { answersOf, type Permission } from "./permissions.ts";
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

const allowed = (id: number, name: string, details: object, ...args: unknown[]) => {
  const event = preventable(details);
  window(id).webContents.emit(name, event, ...args);
  return !event.defaultPrevented;
};

const calls = {
  state: async () => ({
    ...noted,
    asked,
    windows: await Promise.all(
      [...BrowserWindow.all].map(async (each) => ({
        id: each.id,
        target: await each.webContents.target(),
        url: each.webContents.getURL(),
        visible: each.isVisible(),
        focused: BrowserWindow.focused === each,
        maximized: each.isMaximized(),
        bounds: each.getNormalBounds(),
        webPreferences: each.options.webPreferences ?? {},
      })),
    ),
    tray: [...Tray.all].map(({ toolTip, title, menu, image }) => ({
      toolTip,
      title,
      image: image.path,
      menu: (menu?.items ?? []).map(factsOf),
    })),
    menu: (Menu.application?.items ?? []).map(factsOf),
    notifications: [...Notification.shown].map(({ number, options }) => ({ ...options, number })),
  }),
  clickTray: () => tray().emit("click", {}, {}, {}),
  clickTrayMenu: (label: string) => clickItem(tray().menu?.items ?? [], label),
  clickMenu: (label: string) => clickItem(Menu.application?.items ?? [], label),
  clickNotification: (number: number) => void notification(number).emit("click", {}),
  closeNotification: (number: number) => notification(number).close(),
  answerDialog: (filePaths: string[]) => void answers.push({ canceled: filePaths.length === 0, filePaths }),
  closeWindow: (id: number) => window(id).close(),
  /** As a window goes whose page is beyond help: it is not asked. */
  destroyWindow: (id: number) => window(id).destroy(),
  minimizeWindow: (id: number) => window(id).minimize(),
  setBounds: (id: number, bounds: { x: number; y: number; width: number; height: number }) =>
    window(id).setBounds(bounds),
  knowFiles: (id: number, files: Record<string, string>) => window(id).webContents.knowFiles(files),
  setDisplays: (displays: DisplayFacts[]) => {
    shown.displays = displays;
  },
  activate: () => raise("activate", false),
  /** The system or a menu ends the app. Resolves when all was asked. */
  quit: () => quit(),
  collectGarbage,
  /** What the handlers say when a page checks for a permission, and when it asks for one. */
  permission: (id: number, name: Permission) =>
    answersOf(window(id).webContents, name, window(id).webContents.getURL()),
  /** What a frame with that address is answered when it speaks to main. */
  hearFrom: (id: number, frame: { url: string; top: boolean }, channel: string, args: unknown[]) =>
    window(id).webContents.hearFrom(frame, channel, args),
  /** Whether a server's redirect would be followed, and whether a `<webview>` would be attached. */
  redirect: (id: number, url: string) => allowed(id, "will-redirect", { url, isMainFrame: true }, url),
  attachWebview: (id: number, src: string) => allowed(id, "will-attach-webview", {}, {}, { src }),
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
