/** `BrowserWindow` (docs/api/browser-window.md): a page of the browser with a place on the screen. */
import { EventEmitter } from "node:events";
import type {
  BrowserWindowConstructorOptions,
  BrowserWindow as ElectronWindow,
  ProgressBarOptions,
  Rectangle,
} from "electron";
import { life, preventable, windowCreated, windowGone } from "./app.ts";
import { needsReady } from "./ready.ts";
import { WebContents } from "./web-contents.ts";

export class BrowserWindow extends EventEmitter {
  static readonly all = new Set<BrowserWindow>();
  static focused: BrowserWindow | null = null;
  readonly id: number;
  readonly webContents: WebContents;
  readonly options: BrowserWindowConstructorOptions;
  /** In the task bar, one after the other: below 0 none, above 1 not known. */
  readonly progress: number[] = [];
  overlay: { image: string | null; description: string } = { image: null, description: "" };
  #bounds: Rectangle;
  #visible: boolean;
  #minimized = false;
  #maximized = false;
  #fullScreen = false;
  #destroyed = false;

  constructor(options: BrowserWindowConstructorOptions = {}) {
    super();
    needsReady("Cannot create BrowserWindow before app is ready");
    const { width = 800, height = 600, x = 0, y = 0, show = true, webPreferences = {} } = options;
    const { preload } = webPreferences;
    if (preload !== undefined && !preload.startsWith("/")) throw new Error("preload script must have absolute path");
    // The double has windows of one kind, the one that Electron's security checklist asks for.
    if (
      webPreferences.sandbox === false ||
      webPreferences.contextIsolation === false ||
      webPreferences.nodeIntegration
    ) {
      throw new Error("The double of Electron has no window without sandbox or context isolation");
    }
    this.options = options;
    this.#bounds = { x, y, width, height };
    this.#visible = show;
    BrowserWindow.all.add(this);
    this.webContents = new WebContents(preload ?? null, { width, height }, webPreferences);
    this.id = this.webContents.id;
    windowCreated(this);
  }

  static getAllWindows(): BrowserWindow[] {
    return [...BrowserWindow.all];
  }

  /** "Remove progress bar when progress < 0; Change to indeterminate mode when progress > 1." */
  setProgressBar(progress: number, _options?: ProgressBarOptions): void {
    this.#alive();
    this.progress.push(progress);
  }

  setOverlayIcon(overlay: { path: string } | null, description: string): void {
    this.#alive();
    this.overlay = { image: overlay?.path ?? null, description };
  }

  static fromId(id: number): BrowserWindow | null {
    return [...BrowserWindow.all].find((window) => window.id === id) ?? null;
  }

  loadURL(url: string): Promise<void> {
    return this.webContents.loadURL(url);
  }

  show(): void {
    this.#alive();
    this.#visible = true;
    this.focus();
  }

  focus(): void {
    this.#alive();
    if (BrowserWindow.focused === this) return;
    BrowserWindow.focused?.emit("blur");
    BrowserWindow.focused = this;
    this.emit("focus");
  }

  hide(): void {
    this.#alive();
    this.#visible = false;
    if (BrowserWindow.focused === this) BrowserWindow.focused = null;
    this.emit("hide");
  }

  isVisible(): boolean {
    return this.#visible && !this.#minimized;
  }

  minimize(): void {
    this.#minimized = true;
    this.emit("minimize");
  }
  isMinimized(): boolean {
    return this.#minimized;
  }
  restore(): void {
    this.#minimized = false;
    this.emit("restore");
  }

  maximize(): void {
    this.#maximized = true;
    this.emit("maximize");
  }
  isMaximized(): boolean {
    return this.#maximized;
  }

  setFullScreen(flag: boolean): void {
    if (this.#fullScreen === flag) return;
    this.#fullScreen = flag;
    this.emit(flag ? "enter-full-screen" : "leave-full-screen");
  }
  isFullScreen(): boolean {
    return this.#fullScreen;
  }

  /** A window that is given a place is no longer maximized. */
  setBounds(bounds: Partial<Rectangle>): void {
    this.#alive();
    const before = this.#bounds;
    this.#bounds = { ...before, ...bounds };
    this.#maximized = false;
    const { width, height } = this.#bounds;
    if (width !== before.width || height !== before.height) {
      this.webContents.resize({ width, height });
      this.emit("resize");
    }
    this.emit("move");
  }
  getNormalBounds(): Rectangle {
    this.#alive();
    return { ...this.#bounds };
  }

  isFocused(): boolean {
    return BrowserWindow.focused === this;
  }

  static fromWebContents(contents: WebContents): BrowserWindow | null {
    return [...BrowserWindow.all].find((each) => each.webContents === contents) ?? null;
  }

  isDestroyed(): boolean {
    return this.#destroyed;
  }

  /** "Try to close the window. This has the same effect as a user manually clicking the close button." Whether it closed. */
  close(): boolean {
    if (this.#destroyed) return true;
    const event = preventable();
    this.emit("close", event);
    if (event.defaultPrevented) return false;
    this.destroy();
    return true;
  }

  /** "Force closing the window, the `unload` and `beforeunload` event won't be emitted for the web page, and `close` event will also not be emitted." */
  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    BrowserWindow.all.delete(this);
    if (BrowserWindow.focused === this) BrowserWindow.focused = null;
    void this.webContents.destroy();
    this.emit("closed");
    windowGone();
  }

  #alive(): void {
    if (this.#destroyed) throw new TypeError("Object has been destroyed");
  }
}

({}) as BrowserWindow satisfies {
  [Key in keyof Pick<
    ElectronWindow,
    "setBounds" | "getNormalBounds" | "setFullScreen" | "isFullScreen" | "maximize" | "isMaximized" | "hide" | "destroy"
  >]: unknown;
};

life.windowCount = () => BrowserWindow.all.size;
life.closeWindows = async () => [...BrowserWindow.all].map((window) => window.close()).every(Boolean);
life.destroyWindows = () => {
  for (const window of [...BrowserWindow.all]) window.destroy();
};
