/**
 * The double against Electron's declarations, for `npm run typecheck`: a part of it with a member that Electron has not (any more), or with a method that does
 * not take what Electron's takes, does not compile here.
 */
import type { EventEmitter } from "node:events";
import type * as Electron from "electron";
import type * as Double from "#test/doubles/electron/index.ts";

/** Names of members that Electron does not declare. `Own` are the double's, by which tests look at it. */
type Undeclared<Part, Declared, Own extends PropertyKey> = Exclude<
  keyof Part,
  keyof Declared | keyof EventEmitter | Own
>;

/** Names of methods that do not take what Electron's take. */
type Misfit<Part, Declared, Own extends PropertyKey> = {
  [Name in Exclude<keyof Part & keyof Declared, keyof EventEmitter | Own>]: Part[Name] extends (
    ...args: never
  ) => unknown
    ? Declared[Name] extends (...args: infer Given) => unknown
      ? Part[Name] extends (...args: Given) => unknown
        ? never
        : Name
      : Name
    : never;
}[Exclude<keyof Part & keyof Declared, keyof EventEmitter | Own>];

type Drift<Part, Declared, Own extends PropertyKey = never> =
  | Undeclared<Part, Declared, Own>
  | Misfit<Part, Declared, Own>;

/** Compiles only for nothing. */
type None<Names extends never> = Names;

export type NoDrift = [
  None<Exclude<keyof typeof Double, keyof typeof Electron>>,
  None<Drift<typeof Double.app, Electron.App>>,
  None<Drift<typeof Double.dialog, Electron.Dialog>>,
  None<Drift<typeof Double.ipcMain, Electron.IpcMain>>,
  None<Drift<typeof Double.nativeTheme, Electron.NativeTheme>>,
  None<Drift<typeof Double.powerMonitor, Electron.PowerMonitor>>,
  None<Drift<typeof Double.protocol, Electron.Protocol>>,
  None<Drift<typeof Double.safeStorage, Electron.SafeStorage>>,
  None<Drift<typeof Double.screen, Electron.Screen>>,
  None<Drift<typeof Double.session.defaultSession, Electron.Session>>,
  None<Drift<typeof Double.shell, Electron.Shell>>,
  None<
    Drift<
      Double.BrowserWindow,
      Electron.BrowserWindow,
      "options" | "webContents" | "overlay" | "progress" | "setOverlayIcon"
    >
  >,
  None<
    Drift<
      Double.BrowserWindow["webContents"],
      Electron.WebContents,
      "opening" | "target" | "knowFiles" | "destroy" | "hearFrom" | "crash" | "title" | "edit" | "resize"
    >
  >,
  None<Drift<Double.BrowserWindow["webContents"]["mainFrame"], Electron.WebFrameMain, "postMessage">>,
  None<Drift<Double.Notification, Electron.Notification, "options" | "number" | "act" | "vanish">>,
  None<
    Drift<
      Double.Tray,
      Electron.Tray,
      "image" | "toolTip" | "title" | "menu" | "changes" | "setImage" | "setContextMenu"
    >
  >,
  None<Drift<Double.MessageChannelMain["port1"], Electron.MessagePortMain, "neutered" | "handOver">>,
];

/** That drift is seen. */
export type Seen = [
  // @ts-expect-error: Electron has no such method.
  None<Drift<{ requestSingleLock(): boolean }, Electron.App>>,
  // @ts-expect-error: Electron's takes a path as well.
  None<Drift<{ setPath(name: number): void }, Electron.App>>,
  // @ts-expect-error: Electron's is a method.
  None<Drift<{ setBadgeCount(): boolean }, { setBadgeCount: boolean }>>,
];
