/** What main holds at this moment, for a test that compares before and after: nothing here is Electron's. */
import { queryObjects, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { app } from "./app.ts";
import { BrowserWindow } from "./browser-window.ts";
import { nativeTheme, screen } from "./desktop.ts";
import { ipcMain } from "./ipc.ts";
import { MessagePortMain } from "./ports.ts";
import { WebContents } from "./web-contents.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Every `watch` of the contract is an asynchronous generator, which lives as long as somebody is subscribed. */
function AsyncGenerators(): void {}
AsyncGenerators.prototype = Object.getPrototypeOf(Object.getPrototypeOf((async function* () {})()));

const listeners = (emitter: { eventNames(): (string | symbol)[]; listenerCount(name: string | symbol): number }) =>
  emitter.eventNames().reduce((sum, name) => sum + emitter.listenerCount(name), 0);

export async function handles() {
  // What is finalized in one round lets go of more in the next.
  for (let round = 0; round < 4; round++) {
    collect();
    await new Promise((later) => setImmediate(later));
  }
  return {
    windows: BrowserWindow.all.size,
    contents: WebContents.all.size,
    listeners: {
      app: listeners(app),
      ipc: listeners(ipcMain),
      screen: listeners(screen),
      theme: listeners(nativeTheme),
    },
    ports: queryObjects(MessagePortMain, { format: "count" }),
    windowObjects: queryObjects(BrowserWindow, { format: "count" }),
    subscriptions: queryObjects(AsyncGenerators, { format: "count" }),
    abortSignals: queryObjects(AbortSignal, { format: "count" }),
    resources: process.getActiveResourcesInfo().length,
    heapUsed: process.memoryUsage().heapUsed,
  };
}
