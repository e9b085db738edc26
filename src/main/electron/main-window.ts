/** The window: one at a time, made again when it is wanted, closed to the tray when the person likes that. */
import { BrowserWindow, nativeTheme, screen } from "electron";
import { windowOrigin } from "./window-scheme.ts";
import { readWindowState, smallestWindow, visibleBounds, writeWindowState } from "./window-state.ts";

export type MainWindowParts = {
  preload: string;
  stateFile: string;
  /** Asked when the window is being closed: true keeps the app in the tray. */
  closesToTray: () => boolean;
};

export class MainWindow {
  readonly #parts: MainWindowParts;
  #window: BrowserWindow | null = null;

  constructor(parts: MainWindowParts) {
    this.#parts = parts;
  }

  get window(): BrowserWindow | null {
    return this.#window;
  }

  /** Brings the window to the front, made anew when there is none. */
  show(): BrowserWindow {
    if (this.#window === null) this.#window = this.#open();
    if (this.#window.isMinimized()) this.#window.restore();
    this.#window.show();
    this.#window.focus();
    return this.#window;
  }

  #open(): BrowserWindow {
    const state = readWindowState(this.#parts.stateFile);
    const areas = screen.getAllDisplays().map((display) => display.workArea);
    const window = new BrowserWindow({
      width: 1440,
      height: 900,
      ...(state === null ? {} : visibleBounds(state.bounds, areas)),
      minWidth: smallestWindow.width,
      minHeight: smallestWindow.height,
      show: false,
      // Painted until the page is there; the two values of `--surface` in the window's tokens.
      backgroundColor: nativeTheme.shouldUseDarkColors ? "#16181c" : "#fbfbfc",
      autoHideMenuBar: true,
      webPreferences: {
        preload: this.#parts.preload,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webviewTag: false,
        // Where the system checks it. Elsewhere Chromium would fetch dictionaries from the network, and nothing of ours does that.
        spellcheck: process.platform === "darwin",
        // A hidden window keeps its live lists; its terminals stop drawing by themselves.
        backgroundThrottling: true,
      },
    });
    if (state?.maximized) window.maximize();
    window.on("close", (event) => {
      const keep = { bounds: window.getNormalBounds(), maximized: window.isMaximized() };
      writeWindowState(this.#parts.stateFile, keep);
      if (!this.#parts.closesToTray()) return;
      event.preventDefault();
      window.hide();
    });
    window.on("closed", () => {
      this.#window = null;
    });
    void window.loadURL(`${windowOrigin}/`);
    return window;
  }
}
