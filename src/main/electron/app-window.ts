/** One window: where it is, how large everything in it is, and what becomes of it when its page hangs, ends, or does not come up. */
import { BrowserWindow, dialog, type MessageBoxOptions, nativeTheme, screen } from "electron";
import type { Log } from "#node/log.ts";
import { type CommandFacts, nothingToActOn } from "#shared/commands/facts.ts";
import type { WindowKey } from "#shared/windows.ts";
import { Health, startPatienceMs } from "./health.ts";
import { arrangementOf, placeFor, placesWith, reachable } from "./placement.ts";
import { addressOf } from "./window-address.ts";
import { windowOptions } from "./window-options.ts";
import type { WindowState } from "./window-state.ts";
import { type ZoomChange, zoomed } from "./zoom.ts";

export type AppWindowParts = {
  key: WindowKey;
  preload: string;
  state: WindowState;
  log: Pick<Log, "warn" | "info">;
  /** A person closes it. False: it is only hidden. */
  mayClose(): boolean;
  closed(): void;
  focused(): void;
  /** Loading it again by itself is no help. */
  stuck(why: string): void;
};

const firstSize = { width: 1440, height: 900 };
/** Moving a window is one change. */
const settleMs = 300;
const changes = ["resize", "move", "maximize", "unmaximize", "enter-full-screen", "leave-full-screen"] as const;

const hangs: MessageBoxOptions = {
  type: "warning",
  message: "This window does not answer",
  detail: "Loading it again loses nothing: your terminals and agents run in a process of their own.",
  buttons: ["Reload", "Wait", "Close"],
  defaultId: 1,
  cancelId: 1,
  noLink: true,
};
const crashed: MessageBoxOptions = {
  type: "error",
  message: "This window has crashed",
  detail: "Your terminals and agents run in a process of their own and go on.",
  buttons: ["Reload", "Close"],
  defaultId: 0,
  cancelId: 1,
  noLink: true,
};

export class AppWindow {
  readonly key: WindowKey;
  readonly window: BrowserWindow;
  readonly #parts: AppWindowParts;
  /** What there is to act on, as its page has said it. */
  facts: CommandFacts = nothingToActOn;
  readonly #health = new Health();
  #zoom: number;
  /** Counts loads, so that the failure of one that was given up is not taken for the next one's. */
  #load = 0;
  #loadedAt = 0;
  /** Null when no page is waited for. */
  #patience: ReturnType<typeof setTimeout> | null = null;
  #settling: ReturnType<typeof setTimeout> | undefined;
  /** Its renderer is being ended by us. */
  #replacing = false;
  #asking: AbortController | null = null;

  constructor(parts: AppWindowParts) {
    this.#parts = parts;
    this.key = parts.key;
    const record = parts.state.recordOf(this.key);
    this.#zoom = record?.zoom ?? 1;
    this.window = new BrowserWindow({
      ...windowOptions(process.platform, nativeTheme.shouldUseDarkColors, parts.preload, this.#zoom),
      ...firstSize,
      ...placeFor(record?.places ?? [], screen.getAllDisplays()),
    });
    if (record?.shape === "maximized") this.window.maximize();
    if (record?.shape === "fullScreen") this.window.setFullScreen(true);
    this.#listen();
    this.load();
  }

  get usable(): boolean {
    return this.#health.usable;
  }

  show(): void {
    if (this.window.isMinimized()) this.window.restore();
    this.window.show();
    this.window.focus();
  }

  load(): void {
    this.#load += 1;
    this.facts = nothingToActOn;
    const load = this.#load;
    this.#loadedAt = performance.now();
    this.#health.loading();
    this.#wait();
    this.window.loadURL(addressOf(this.key)).catch((error: unknown) => {
      if (load !== this.#load || this.window.isDestroyed() || this.#health.usable) return;
      this.#parts.stuck(`Its page could not be loaded: ${error instanceof Error ? error.message : String(error)}.`);
    });
  }

  /** A page that is being loaded gets its time once more. */
  waitAnew(): void {
    if (this.#patience !== null) this.#wait();
  }

  /** As `load`, when a person wants it: what failed before does not count. */
  startAfresh(): void {
    this.#health.startAfresh();
    this.load();
  }

  becameUsable(): void {
    this.#waitNoLonger();
    this.#replacing = false;
    this.#health.becameUsable();
    const ms = Math.round(performance.now() - this.#loadedAt);
    this.#parts.log.info({ window: this.key, ms }, "a window can be used");
  }

  /** The percentage it has come to. */
  zoom(change: ZoomChange): number {
    this.#zoom = zoomed(this.#zoom, change);
    this.window.webContents.setZoomFactor(this.#zoom);
    this.remember();
    return Math.round(this.#zoom * 100);
  }

  remember(): void {
    clearTimeout(this.#settling);
    if (this.window.isDestroyed()) return;
    const place = { arrangement: arrangementOf(screen.getAllDisplays()), bounds: this.window.getNormalBounds() };
    const shape = this.window.isFullScreen() ? "fullScreen" : this.window.isMaximized() ? "maximized" : "normal";
    const places = placesWith(this.#parts.state.recordOf(this.key)?.places ?? [], place);
    this.#parts.state.remember(this.key, { places, shape, zoom: this.#zoom });
  }

  /** Displays have come, gone or changed: back to where it was with these, or at least to where one can reach it. */
  rearrange(): void {
    clearTimeout(this.#settling);
    const displays = screen.getAllDisplays();
    const known = (this.#parts.state.recordOf(this.key)?.places ?? []).filter(
      ({ arrangement }) => arrangement === arrangementOf(displays),
    );
    const now = this.window.getNormalBounds();
    const wanted = placeFor(known, displays) ?? reachable(now, displays);
    const { x, y, width, height } = wanted;
    if (x === now.x && y === now.y && width === now.width && height === now.height) return;
    // A window that fills a display is moved by the desktop itself, and only put right when it leaves that shape.
    if (this.window.isFullScreen()) return;
    const maximized = this.window.isMaximized();
    this.window.setBounds(wanted);
    if (maximized) this.window.maximize();
  }

  #listen(): void {
    const { window } = this;
    const contents = window.webContents;
    const settle = () => {
      clearTimeout(this.#settling);
      this.#settling = setTimeout(() => this.remember(), settleMs);
    };
    // Each has its own overload, which a list of names does not fit.
    for (const change of changes) window.on(change as "resize", settle);
    window.on("focus", () => this.#parts.focused());
    window.on("close", (event) => {
      this.remember();
      if (this.#parts.mayClose()) return;
      event.preventDefault();
      window.hide();
    });
    window.on("closed", () => {
      this.#waitNoLonger();
      clearTimeout(this.#settling);
      this.#asking?.abort();
      this.#parts.closed();
    });
    contents.on("zoom-changed", (_event, direction) => this.zoom(direction));
    // Chromium remembers a zoom of its own for every host; this window's is ours.
    contents.on("did-finish-load", () => contents.setZoomFactor(this.#zoom));
    contents.on("unresponsive", () => void this.#hung());
    contents.on("responsive", () => this.#asking?.abort());
    contents.on("render-process-gone", (_event, { reason, exitCode }) => void this.#ended(reason, exitCode));
  }

  #wait(): void {
    this.#waitNoLonger();
    this.#patience = setTimeout(() => {
      this.#patience = null;
      this.#parts.stuck(`It was not ready after ${Math.round(startPatienceMs / 1000)} seconds.`);
    }, startPatienceMs);
  }

  #waitNoLonger(): void {
    if (this.#patience !== null) clearTimeout(this.#patience);
    this.#patience = null;
  }

  /** Not while Chromium is still telling that the page has ended. */
  #loadSoon(): void {
    setImmediate(() => {
      if (!this.window.isDestroyed()) this.load();
    });
  }

  async #hung(): Promise<void> {
    // When it is shown again and still hangs, that is noticed again.
    if (!this.window.isVisible()) return;
    const answer = await this.#ask(hangs);
    if (answer === 2) return this.#closeNow();
    if (answer !== 0) return;
    this.#replacing = true;
    this.window.webContents.forcefullyCrashRenderer();
    this.load();
  }

  async #ended(reason: string, exitCode: number): Promise<void> {
    if (reason === "clean-exit" || this.window.isDestroyed()) return;
    if (this.#replacing) {
      this.#replacing = false;
      return;
    }
    this.#waitNoLonger();
    this.#asking?.abort();
    // Whatever was still being loaded has ended with it.
    this.#load += 1;
    const remedy = this.#health.crashed();
    this.#parts.log.warn({ window: this.key, reason, exitCode, remedy }, "a window's page has ended");
    // Nobody sees a hidden window, and nobody could answer for it.
    if (remedy === "reload" || (remedy === "ask" && !this.window.isVisible())) return this.#loadSoon();
    if (remedy === "recover") return this.#parts.stuck("Its page has crashed several times in a row.");
    const answer = await this.#ask(crashed);
    if (answer === 0) this.load();
    if (answer === 1) this.#closeNow();
  }

  /** The button, or null when the question is open already, or has settled itself. */
  async #ask(question: MessageBoxOptions): Promise<number | null> {
    if (this.#asking !== null && !this.#asking.signal.aborted) return null;
    const asking = new AbortController();
    this.#asking = asking;
    const { response } = await dialog.showMessageBox(this.window, { ...question, signal: asking.signal });
    if (asking.signal.aborted) return null;
    this.#asking = null;
    return this.window.isDestroyed() ? null : response;
  }

  /** A page that does not answer is not asked whether it may be closed. */
  #closeNow(): void {
    this.remember();
    this.window.destroy();
  }
}
