/** `webContents` and `WebFrameMain`: a page, what it may do, and what crosses between it and main. */
import { randomBytes } from "node:crypto";
import { EventEmitter } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import type {
  WebContents as ElectronContents,
  HandlerDetails,
  RenderProcessGoneDetails,
  WebPreferences,
  WindowOpenHandlerResponse,
} from "electron";
import type { CDPSession, Page } from "playwright-core";
import { inBrowser, inElectron } from "./addresses.ts";
import { created, preventable } from "./app.ts";
import { browser, closeTab } from "./browser.ts";
import { ipcMain } from "./ipc.ts";
import { noted } from "./noted.ts";
import { makeCodec } from "./page/codec.ts";
import { mainWorld } from "./page/main-world.ts";
import { type FromPage, preloadWorld, type ToPage } from "./page/preload-world.ts";
import { PageLine } from "./page-line.ts";
import { decidePermissions } from "./permissions.ts";
import { type MessagePortMain, type PortEnd, transferable } from "./ports.ts";
import { type PageRequest, responseTo } from "./serving.ts";
import { settings } from "./settings.ts";

type Size = { width: number; height: number };
type OpenHandler = (details: HandlerDetails) => WindowOpenHandlerResponse;

/** Of every host. */
const zooms = new Map<string, number>();
const hostOf = (url: string) => (URL.canParse(url) ? new URL(url).host : "");
const codec = makeCodec();
const world = "electron-preload";
let lastContents = 0;
let lastPort = 0;

type Paused = {
  requestId: string;
  request: PageRequest;
  resourceType: string;
  frameId: string;
  redirectedRequestId?: string;
};

export class WebContents extends EventEmitter {
  static readonly all = new Set<WebContents>();
  readonly id = ++lastContents;
  /** Names that only this page's two worlds and the double know. */
  readonly #channel = `electron-${randomBytes(8).toString("hex")}`;
  readonly #preload: string | null;
  readonly #ports = new Map<number, PortEnd>();
  readonly #waiting: ToPage[] = [];
  opening: Promise<void>;
  readonly #preferences: WebPreferences;
  #size: Size;
  #askToOpen: OpenHandler = () => ({ action: "allow" });
  #page: Page | null = null;
  #cdp: CDPSession | null = null;
  #line: PageLine | null = null;
  #url = "";
  #preloadContext: number | null = null;
  /** The address that main itself asked for: `will-navigate` is not emitted for it. */
  #loading: string | null = null;
  #closed = false;

  constructor(preload: string | null, size: Size, preferences: WebPreferences) {
    super();
    this.#preload = preload;
    this.#size = size;
    this.#preferences = preferences;
    WebContents.all.add(this);
    created(this);
    this.opening = this.#openPage();
  }

  /** "The zoom policy at the Chromium level is same-origin, meaning that the zoom level for a specific domain propagates across all instances of windows with the same domain." */
  setZoomFactor(factor: number): void {
    if (!(factor > 0)) throw new Error("'zoomFactor' must be a double greater than 0.0");
    zooms.set(hostOf(this.#url), factor);
    for (const each of WebContents.all) if (hostOf(each.#url) === hostOf(this.#url)) void each.#measure();
  }
  getZoomFactor(): number {
    return zooms.get(hostOf(this.#url)) ?? this.#preferences.zoomFactor ?? 1;
  }

  resize(size: Size): void {
    this.#size = size;
    void this.opening.then(() => this.#measure());
  }

  async title(): Promise<string> {
    return (await this.#page?.title().catch(() => "")) ?? "";
  }

  /** "Forcefully terminates the renderer process … will cause the `render-process-gone` event to be emitted with the `reason=killed || reason=crashed`". */
  forcefullyCrashRenderer(): void {
    this.crash("killed");
  }

  /** The page's process has ended: nothing it held is left, and what is loaded next is in another. */
  crash(reason: RenderProcessGoneDetails["reason"]): void {
    const page = this.#page;
    this.#page = null;
    this.#preloadContext = null;
    this.#dropPorts();
    this.opening = this.#openPage();
    void page?.close().catch(() => {});
    this.emit("render-process-gone", {}, { reason, exitCode: reason === "crashed" ? 5 : 9 });
  }

  getURL(): string {
    return this.#url;
  }

  setWindowOpenHandler(handler: OpenHandler): void {
    this.#askToOpen = handler;
  }

  /** What a role of a menu does. The browser has a name for each. */
  async edit(role: "undo" | "redo" | "cut" | "copy" | "paste" | "selectAll"): Promise<void> {
    await this.#cdp!.send("Input.dispatchKeyEvent", { type: "rawKeyDown", key: "Unidentified", commands: [role] });
  }

  isDestroyed(): boolean {
    return this.#closed;
  }

  /** Its top frame. A frame of a page that was left is of no use. */
  get mainFrame() {
    const contents = this;
    const context = this.#preloadContext;
    return {
      parent: null,
      url: this.#url,
      postMessage(channel: string, message: unknown, transfer: readonly MessagePortMain[] = []) {
        if (contents.#preloadContext !== context)
          throw new Error("Render frame was disposed before WebFrameMain could be accessed");
        contents.#post(channel, [message], transfer);
      },
    };
  }

  async loadURL(url: string): Promise<void> {
    await this.opening;
    const start = this.#preload === null ? undefined : settings.starts.shift();
    if (start !== undefined) this.#url = url;
    if (start === "crash") this.crash("crashed");
    if (start === "crash" || start === "fail") throw new Error(`ERR_FAILED (-2) loading '${url}'`);
    if (start === "hang") return;
    this.#loading = inBrowser(url);
    const { errorText } = await this.#cdp!.send("Page.navigate", { url: this.#loading });
    if (errorText) throw new Error(`${errorText} loading '${url}'`);
    await this.#page!.waitForLoadState("load");
    this.emit("did-finish-load", {});
  }

  /** The page's key in the browser, by which a test finds it; empty while one that has crashed is being replaced. */
  async target(): Promise<string> {
    await this.opening;
    const info = await this.#cdp?.send("Target.getTargetInfo").catch(() => null);
    return info?.targetInfo.targetId ?? "";
  }

  /** Files that the next drop or choice will bring: a browser does not tell a page where they are. */
  async knowFiles(files: Record<string, string>): Promise<void> {
    await this.#inPreload(`globalThis[${JSON.stringify(`${this.#channel}-paths`)}] = ${JSON.stringify(files)}`);
  }

  async destroy(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    WebContents.all.delete(this);
    this.#dropPorts();
    this.emit("destroyed");
    await this.opening.catch(() => {});
    await this.#page?.close().catch(() => {});
  }

  /** The window's room in the page's own pixels, which are larger the larger its zoom. */
  async #measure(): Promise<void> {
    const factor = this.getZoomFactor();
    const width = Math.max(1, Math.round(this.#size.width / factor));
    const height = Math.max(1, Math.round(this.#size.height / factor));
    await this.#page?.setViewportSize({ width, height }).catch(() => {});
  }

  async #openPage(): Promise<void> {
    const { context } = browser();
    const page = await context.newPage();
    await page.setViewportSize(this.#size);
    const cdp = await context.newCDPSession(page);
    this.#page = page;
    this.#cdp = cdp;
    const { targetInfo } = await cdp.send("Target.getTargetInfo");
    const line = await PageLine.to(targetInfo.targetId);
    this.#line = line;
    cdp.on("Runtime.bindingCalled", ({ name, payload, executionContextId }) => {
      if (name === this.#channel) this.#heard(JSON.parse(payload) as FromPage, executionContextId);
    });
    cdp.on("Runtime.executionContextCreated", ({ context: { id, name, auxData } }) => {
      const { frameId } = auxData as { frameId: string };
      if (name === world && frameId === this.#topFrame) this.#preloadContext = id;
    });
    cdp.on("Runtime.executionContextsCleared", () => {
      this.#preloadContext = null;
      this.#dropPorts();
    });
    cdp.on("Page.frameNavigated", ({ frame }) => {
      if (frame.parentId !== undefined) return;
      this.#url = inElectron(frame.url);
      void this.#measure();
    });
    line.on("Fetch.requestPaused", (paused) => void this.#answer(line, paused));
    cdp.on("Page.windowOpen", ({ url, windowName, windowFeatures }) => {
      this.#wantsToOpen({ url, frameName: windowName, features: windowFeatures.join(","), disposition: "new-window" });
    });
    // A middle click, or one with a key held.
    cdp.on("Page.frameRequestedNavigation", ({ url, disposition }) => {
      if (disposition !== "newTab" && disposition !== "newWindow") return;
      const tab = disposition === "newTab";
      this.#wantsToOpen({ url, frameName: "", features: "", disposition: tab ? "background-tab" : "new-window" });
      void closeTab(url);
    });
    page.on("popup", (popup) => void popup.close().catch(() => {}));
    if (this.#preferences.javascript === false) await cdp.send("Emulation.setScriptExecutionDisabled", { value: true });
    const { frameTree } = await cdp.send("Page.getFrameTree");
    this.#topFrame = frameTree.frame.id;
    await cdp.send("Page.enable");
    await cdp.send("Runtime.enable");
    await cdp.send("Runtime.addBinding", { name: this.#channel, executionContextName: world });
    await line.send("Fetch.enable", { patterns: [{ urlPattern: "*" }] });
    await cdp.send("Page.addScriptToEvaluateOnNewDocument", {
      source: `(${mainWorld})(${JSON.stringify(this.#channel)})`,
    });
    if (this.#preload !== null) {
      await cdp.send("Page.addScriptToEvaluateOnNewDocument", {
        worldName: world,
        source: this.#preloadSource(this.#preload),
      });
    }
  }
  #topFrame = "";

  #preloadSource(path: string): string {
    const facts = {
      channel: this.#channel,
      binding: this.#channel,
      receiver: `${this.#channel}-receive`,
      paths: `${this.#channel}-paths`,
    };
    const script = existsSync(path) ? readFileSync(path, "utf8") : `throw new Error("ENOENT: no such file, ${path}")`;
    const preload = `function (require, module, exports) {\n${script}\n}`;
    return `(${preloadWorld})(${JSON.stringify(facts)}, (${makeCodec})(), ${preload})`;
  }

  /** "Called before creating a window when a new window is requested by the renderer". The browser's own window is closed unseen in any case. */
  #wantsToOpen(asked: Omit<HandlerDetails, "referrer">): void {
    const referrer = { url: this.#url, policy: "no-referrer" } as const;
    const { action } = this.#askToOpen({ ...asked, url: inElectron(asked.url), referrer });
    if (action === "allow") noted.allowed.push(inElectron(asked.url));
  }

  /** What a frame that no honest page has would send to main: returns what it was answered. */
  hearFrom(frame: { url: string; top: boolean } | null, channel: string, args: unknown[]): unknown[] {
    const answered: unknown[] = [];
    const postMessage = (...given: unknown[]) => void answered.push(given.slice(0, 2));
    const senderFrame = frame && { parent: frame.top ? null : this.mainFrame, url: frame.url, postMessage };
    ipcMain.emit(channel, { sender: this, senderFrame, ports: [] }, ...args);
    return answered;
  }

  #heard(message: FromPage, context: number): void {
    if (context !== this.#preloadContext) return;
    switch (message.type) {
      case "ipc": {
        const event = { sender: this, senderFrame: this.mainFrame };
        ipcMain.emit(message.channel, event, ...(codec.decode(message.args) as unknown[]));
        return;
      }
      case "port":
        this.#ports.get(message.port)?.post(codec.decode(message.data));
        return;
      case "port-closed": {
        const port = this.#ports.get(message.port);
        this.#ports.delete(message.port);
        port?.close();
        return;
      }
      case "context-menu":
        this.emit("context-menu", {}, { ...message.params, linkURL: inElectron(message.params.linkURL) });
        return;
      case "preload-error":
        this.emit("preload-error", {}, this.#preload, new Error(message.message));
    }
  }

  #post(channel: string, args: unknown[], transfer: readonly MessagePortMain[]): void {
    const encoded = codec.encode(args);
    const ports = transferable(transfer).map((port) => {
      const id = ++lastPort;
      const main = port.handOver({
        post: (message) => this.#send({ type: "port", port: id, data: codec.encode(message) }),
        close: () => {
          if (this.#ports.delete(id)) this.#send({ type: "port-closed", port: id });
        },
      });
      this.#ports.set(id, main);
      return id;
    });
    this.#send({ type: "ipc", channel, args: encoded, ports });
  }

  /** What is sent in one turn crosses together. */
  #send(message: ToPage): void {
    if (this.#waiting.push(message) > 1) return;
    setImmediate(() => {
      const receive = `globalThis[${JSON.stringify(`${this.#channel}-receive`)}](${JSON.stringify(this.#waiting.splice(0))})`;
      this.#inPreload(receive).catch(() => this.#dropPorts());
    });
  }

  async #inPreload(expression: string): Promise<void> {
    if (this.#preloadContext === null) return;
    const { exceptionDetails } = await this.#line!.send("Runtime.evaluate", {
      expression,
      contextId: this.#preloadContext,
    });
    if (exceptionDetails) console.error("in the preload script's world:", exceptionDetails.exception?.description);
  }

  #dropPorts(): void {
    const ports = [...this.#ports.values()];
    this.#ports.clear();
    for (const port of ports) port.close();
  }

  async #answer(
    line: PageLine,
    { requestId, request, resourceType, frameId, redirectedRequestId }: Paused,
  ): Promise<void> {
    const fail = (errorReason: "Aborted" | "AddressUnreachable" | "Failed") =>
      line.send("Fetch.failRequest", { requestId, errorReason }).catch(() => {});
    const url = inElectron(request.url);
    const navigation = resourceType === "Document";
    if (navigation && !this.#mayNavigate(request.url, frameId === this.#topFrame, redirectedRequestId !== undefined))
      return void (await fail("Aborted"));
    if (navigation && frameId === this.#topFrame) {
      const before = this.#url;
      // The handlers are asked as if the page were there already.
      this.#url = url;
      const decided = decidePermissions(this, new URL(request.url).origin, url);
      this.#url = before;
      await decided;
    }
    const answer = await responseTo(url, request, resourceType);
    if (typeof answer === "string") return void (await fail(answer));
    await line.send("Fetch.fulfillRequest", { requestId, ...answer }).catch(() => {});
  }

  /**
   * "Emitted when a user or the page wants to start navigation"; "will not emit when the navigation is started programmatically with APIs like
   * `webContents.loadURL`".
   */
  #mayNavigate(browserUrl: string, isMainFrame: boolean, redirected: boolean): boolean {
    if (isMainFrame && browserUrl === this.#loading) {
      this.#loading = null;
      return true;
    }
    const url = inElectron(browserUrl);
    const event = preventable({ url, isMainFrame, isSameDocument: false });
    if (redirected) this.emit("will-redirect", event, url);
    else {
      this.emit("will-frame-navigate", event);
      if (isMainFrame && !event.defaultPrevented) this.emit("will-navigate", event, url);
    }
    if (event.defaultPrevented) noted.stayed.push(url);
    return !event.defaultPrevented;
  }
}
({}) as WebContents satisfies {
  [Key in keyof Pick<
    ElectronContents,
    "setZoomFactor" | "getZoomFactor" | "forcefullyCrashRenderer" | "loadURL" | "getURL" | "setWindowOpenHandler"
  >]: unknown;
};
