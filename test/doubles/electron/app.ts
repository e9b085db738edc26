/** `app` (docs/api/app.md): the order of a life, one instance per profile, and how it ends. */

import { spawnSync } from "node:child_process";
import { EventEmitter } from "node:events";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { App as ElectronApp, RelaunchOptions } from "electron";
import { type LifeEvent, noted } from "./noted.ts";
import { settings } from "./settings.ts";
import { strict } from "./strict.ts";

/** What the app ends and opens: the windows register here, so that this file knows none of them. */
export const life = {
  ready: false,
  /** Closes every window as a person would. Resolves to whether all of them closed. */
  closeWindows: async () => true,
  destroyWindows: () => {},
  windowCount: () => 0,
  /** What has to be there before `ready`. */
  prepare: async () => {},
};

const emitter = new EventEmitter();
// "This property is `true` when the app is started by being passed as parameter to the default Electron executable": then the first word is the app.
if (settings.packaged) process.argv.splice(1, 1);
else Object.assign(process, { defaultApp: true });
let quitting = false;
let exited = false;
let lock: Server | null = null;
const paths = new Map<string, string>([
  ["userData", join(homedir(), ".config", "cellar")],
  ["temp", tmpdir()],
  ["home", homedir()],
]);

/** "`ready`: emitted once, when Electron has finished initializing": never while the main script is still running. */
const whenReady = new Promise<void>((resolve, reject) => {
  setImmediate(() => {
    life.prepare().then(() => {
      life.ready = true;
      emitter.emit("ready", {}, {});
      resolve();
    }, reject);
  });
});
whenReady.catch((error: unknown) => {
  console.error(error);
  process.exit(70);
});

type Preventable = { preventDefault(): void; readonly defaultPrevented: boolean };

export function preventable<More extends object>(more = {} as More): Preventable & More {
  let prevented = false;
  return {
    ...more,
    preventDefault: () => {
      prevented = true;
    },
    get defaultPrevented() {
      return prevented;
    },
  };
}

/**
 * "Try to close all windows. The `before-quit` event will be emitted first. If all windows are successfully closed, the `will-quit` event will be emitted
 * and by default the application will terminate."
 */
export async function quit(): Promise<void> {
  if (quitting || exited) return;
  quitting = true;
  try {
    const before = preventable();
    tell("before-quit", before);
    if (before.defaultPrevented) return;
    if (!(await life.closeWindows())) return;
    const will = preventable();
    tell("will-quit", will);
    if (!will.defaultPrevented) end(0);
  } finally {
    quitting = false;
  }
}

/** Emits an event of the app's life, which a test may look at even if nobody listened. */
function tell(event: LifeEvent, ...args: unknown[]): void {
  noted.life.push(event);
  emitter.emit(event, ...args);
}

/** "All windows will be closed immediately without asking the user, and the `before-quit` and `will-quit` events will not be emitted." */
function end(code: number): void {
  if (exited) return;
  exited = true;
  life.destroyWindows();
  tell("quit", {}, code);
  lock?.close();
  process.exit(code);
}

/** Called when a window is gone. "If you do not subscribe to this event and all windows are closed, the default behavior is to quit the app"; not while quitting. */
export function windowGone(): void {
  if (quitting || exited || life.windowCount() > 0) return;
  if (emitter.listenerCount("window-all-closed") > 0) tell("window-all-closed");
  else void quit();
}

/** "`browser-window-created`: Emitted when a new browserWindow is created." */
export function windowCreated(window: unknown): void {
  emitter.emit("browser-window-created", {}, window);
}

export function created(contents: unknown): void {
  emitter.emit("web-contents-created", {}, contents);
}

/** Events of the system that a test raises. */
export function raise(
  event:
    | "activate"
    | "open-url"
    | "open-file"
    | "accessibility-support-changed"
    | "render-process-gone"
    | "child-process-gone",
  ...args: unknown[]
): void {
  emitter.emit(event, preventable(), ...args);
}

/**
 * One instance per `userData`: the first listens there, a second hands over its command line, in the first "`second-instance`" is emitted.
 * Returns at once, as Electron's does: the socket's file is the lock, and one that nobody answers is a dead app's.
 */
function requestSingleInstanceLock(additionalData?: Record<string, unknown>): boolean {
  const folder = paths.get("userData")!;
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "SingletonSocket");
  if (existsSync(path) && answered(path, { argv: process.argv, cwd: process.cwd(), data: additionalData }))
    return false;
  rmSync(path, { force: true });
  lock = createServer((socket) => {
    socket.once("data", (bytes) => {
      const { argv, cwd, data = null } = JSON.parse(String(bytes)) as SecondInstance;
      const emit = () => tell("second-instance", {}, argv, cwd, data);
      // "This event is guaranteed to be emitted after the `ready` event of `app` gets emitted."
      if (life.ready) emit();
      else void whenReady.then(emit);
      socket.end("taken");
    });
  }).listen(path);
  lock.unref();
  return true;
}

type SecondInstance = { argv: string[]; cwd: string; data: Record<string, unknown> | undefined };

/** Electron's call is synchronous: so another process asks, and this one waits for it. */
function answered(path: string, second: SecondInstance): boolean {
  const ask = `
    const socket = require("node:net").connect(${JSON.stringify(path)});
    socket.on("connect", () => socket.end(${JSON.stringify(JSON.stringify(second))}));
    socket.on("data", () => process.exit(0));
    socket.on("error", () => process.exit(1));
    socket.on("close", () => process.exit(1));`;
  return spawnSync(process.execPath, ["-e", ask], { stdio: "ignore" }).status === 0;
}

const members = {
  get name() {
    return "Cellar";
  },
  whenReady: () => whenReady,
  isReady: () => life.ready,
  requestSingleInstanceLock,
  quit: () => void quit(),
  exit: (code = 0) => end(code),
  /** "A new instance will be launched when the current instance exits": a test reads with what, and does it. */
  relaunch({ args = process.argv.slice(1) }: RelaunchOptions = {}) {
    process.once("exit", () => console.error(`relaunch: ${JSON.stringify(args)}`));
  },
  setPath(name: string, path: string) {
    if (!paths.has(name)) throw new Error(`The double of Electron has no path "${name}"`);
    if (!path.startsWith("/")) throw new Error("Path must be absolute");
    // "If the path specifies a directory that does not exist, an `Error` is thrown."
    if (!existsSync(path)) throw new Error(`Failed to set path: there is no ${path}`);
    paths.set(name, path);
  },
  get isPackaged() {
    return settings.packaged;
  },
  getAppPath: () => dirname(process.argv[1] ?? "/"),
  setAsDefaultProtocolClient(scheme: string, path = process.execPath, words: string[] = []) {
    noted.protocols[scheme] = [path, ...words];
    return true;
  },
  setLoginItemSettings(given: object) {
    noted.loginItem = given;
  },
  isAccessibilitySupportEnabled: () => false,
  setBadgeCount(count = 0) {
    noted.badge = count;
    return true;
  },
} satisfies Partial<ElectronApp>;

export const app = strict(
  "app",
  Object.defineProperties(emitter, Object.getOwnPropertyDescriptors(members)) as EventEmitter & typeof members,
);
