/** A window of a small app on the double: its page, its preload script and its main process, each of which a test can ask. */
import { writeFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { Desktop, type DesktopApp } from "#test/product/electron.ts";
import { AppOnDouble, type Start } from "./app-on-double.ts";

/** What functions in main leave there for each other. */
export type Kept = { kept: { events: string[]; ports: Electron.MessagePortMain[]; asked: string[] } };

const preload = `
const { contextBridge, ipcRenderer, webUtils } = require("electron");
globalThis.secret = "of the preload script";
const thrown = (call) => { try { call(); return null; } catch (error) { return error.message; } };
class Named { name = "a name"; shout() {} }
const ports = [];
ipcRenderer.on("port", (event, text) => { ports.push(event.ports[0]); window.postMessage({ text }, "*", event.ports); });
contextBridge.exposeInMainWorld("bridge", {
  data: { flags: ["a", "b"] },
  named: new Named(),
  twice: (number) => number * 2,
  list: () => [{ one: 1 }, () => "called"],
  fails: () => { throw Object.assign(new TypeError("it failed"), { code: "E" }); },
  requires: () => ["fs", "node:child_process", "path", "./other.js", "electron/main"].map((name) => thrown(() => require(name))),
  unusual: () => ["events", "timers", "url"].map((name) => thrown(() => require(name))),
  main: () => thrown(() => require("electron").app),
  send: () => ipcRenderer.send("said", new Named(), new Map([["key", new Uint8Array([1, 2])]]), undefined),
  sendFunction: () => thrown(() => ipcRenderer.send("said", () => {})),
  pathOf: (file) => webUtils.getPathForFile(file),
  pathOfText: () => thrown(() => webUtils.getPathForFile("text")),
  again: () => thrown(() => contextBridge.exposeInMainWorld("bridge", {})),
});`;

const first: Start["first"] = ({ app, protocol, session }) => {
  const privileges = { standard: true, secure: true, supportFetchAPI: true };
  // The others lack something that the first one has.
  protocol.registerSchemesAsPrivileged([
    { scheme: "small", privileges },
    { scheme: "plain", privileges: { standard: true } },
    { scheme: "bare", privileges: { secure: true, supportFetchAPI: true } },
  ]);
  const kept: Kept["kept"] = { events: [], ports: [], asked: [] };
  Object.assign(globalThis, { kept });
  return app.whenReady().then(() => {
    const answer = (request: Request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/moves") return new Response(null, { status: 302, headers: { location: "/moved" } });
      if (pathname === "/fails") throw new Error("on purpose");
      if (pathname === "/pieces") {
        const pieces = ["one, ", "two, ", "three"];
        const body = new ReadableStream({
          pull(controller) {
            const piece = pieces.shift();
            if (piece === undefined) controller.close();
            else controller.enqueue(new TextEncoder().encode(piece));
          },
        });
        return new Response(body, { status: 203, headers: { "x-of-main": "yes" } });
      }
      const headers = {
        "content-type": "text/html",
        "content-security-policy": "script-src 'self'; object-src 'none'",
      };
      return new Response(`<title>${pathname}</title><a id="link" href="https://example.com/">a link</a>`, {
        headers,
      });
    };
    for (const scheme of ["small", "plain", "bare"]) protocol.handle(scheme, answer);
    session.defaultSession.setPermissionCheckHandler((_contents, name) => name === "geolocation");
    session.defaultSession.setPermissionRequestHandler((_contents, name, answer) => answer(name === "geolocation"));
  });
};

export class SmallWindow implements AsyncDisposable {
  readonly chromium: Desktop;
  readonly app: AppOnDouble;
  readonly desktop: DesktopApp;
  readonly id: number;
  readonly page: Page;

  private constructor(chromium: Desktop, app: AppOnDouble, desktop: DesktopApp, id: number, page: Page) {
    this.chromium = chromium;
    this.app = app;
    this.desktop = desktop;
    this.id = id;
    this.page = page;
  }

  static async open(): Promise<SmallWindow> {
    const chromium = await Desktop.open();
    const app = new AppOnDouble({ chromium: { url: chromium.address, browser: chromium.browser }, first });
    await app.first;
    writeFileSync(app.folder.in("preload.cjs"), preload);
    const desktop = await app.desktop();
    const id = await openWindow(app);
    return new SmallWindow(chromium, app, desktop, id, await desktop.anyPage(id));
  }

  another(url?: string): Promise<number> {
    return openWindow(this.app, url);
  }

  /** What the page's own script gets. */
  inPage(script: string): Promise<unknown> {
    return this.page.evaluate(`(async () => { ${script} })()`);
  }

  kept(): Promise<Kept["kept"]> {
    return this.app.main(() => (globalThis as unknown as Kept).kept);
  }

  /** What main tells next. */
  event(): Promise<unknown> {
    return new Promise((resolve) => {
      const hear = (message: { event?: unknown }) => {
        if (message.event === undefined) return;
        this.app.process.off("message", hear);
        resolve(message.event);
      };
      this.app.process.on("message", hear);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.app[Symbol.asyncDispose]();
    await this.chromium[Symbol.asyncDispose]();
  }
}

const openWindow = (app: AppOnDouble, url = "small://app/first") =>
  app.main(
    async ({ BrowserWindow }, { preload, url }) => {
      const webPreferences = { preload, sandbox: true, contextIsolation: true };
      const window = new BrowserWindow({ width: 700, height: 500, webPreferences });
      await window.loadURL(url);
      return window.id;
    },
    { preload: app.folder.in("preload.cjs"), url },
  );
