/** All windows of the app: which are open, which one is meant, and what happens when one of them does not come up. */
import type { BrowserWindow } from "electron";
import { screen } from "electron";
import type { Log } from "#node/log.ts";
import { type CommandFacts, nothingToActOn } from "#shared/commands/facts.ts";
import { Failure } from "#shared/failure.ts";
import { mainWindow, newWindowKey, type WindowKey, workspaceOfWindow } from "#shared/windows.ts";
import { AppWindow } from "./app-window.ts";
import type { RecoveryChoice } from "./recovery-page.ts";
import { RecoveryWindow } from "./recovery-window.ts";
import { WindowState, windowsToOpen } from "./window-state.ts";
import type { ZoomChange } from "./zoom.ts";

export type WindowsParts = {
  preload: string;
  stateFile: string;
  /** Of the services, which start after the first windows could be asked for. */
  log(): Pick<Log, "warn" | "info">;
  /** True: without a window the app is kept by the tray. */
  keptByTray(): boolean;
  quitting(): boolean;
  quit(): void;
  showLogs(): void;
  /** {@link Windows.facts} may say something else. */
  factsChanged(): void;
  resetLayouts(): Promise<void>;
  restartWithoutExtensions(): void;
};

export class Windows {
  readonly #parts: WindowsParts;
  readonly #state: WindowState;
  readonly #windows = new Map<WindowKey, AppWindow>();
  readonly #recovery: RecoveryWindow;
  /** The one last used at the end. */
  #recent: WindowKey[] = [];
  #beforeFirst: (() => void) | null = null;

  constructor(parts: WindowsParts) {
    this.#parts = parts;
    this.#state = new WindowState(parts.stateFile);
    this.#recovery = new RecoveryWindow(
      (choice) => void this.#recover(choice),
      () => this.#quitWithoutWindows(),
    );
    const rearrange = () => {
      for (const each of this.#windows.values()) each.rearrange();
    };
    screen.on("display-added", rearrange);
    screen.on("display-removed", rearrange);
    screen.on("display-metrics-changed", rearrange);
  }

  /** Those that were open when the app ended. Returns their keys. */
  restore(hasWorkspace: (id: string) => boolean): readonly WindowKey[] {
    const keys = windowsToOpen(this.#state.open, hasWorkspace);
    // All of them before the first is opened: what is remembered of a further window goes when it is not among the open ones.
    this.#recent = [...keys];
    for (const key of keys) this.show(key);
    return keys;
  }

  /** Runs before the first window that is asked for: the app starts without any. */
  beforeFirst(restore: () => void): void {
    this.#beforeFirst = restore;
  }

  /** Brings a window to the front, made anew when it is not open; null: the one last used of those that show all. */
  show(key: WindowKey | null = null): void {
    const restore = this.#beforeFirst;
    this.#beforeFirst = null;
    restore?.();
    const wanted = key ?? this.windowFor(null);
    const open = this.#windows.get(wanted);
    const stuck = open !== undefined && !open.usable && !open.window.isVisible();
    if (stuck && this.#recovery.open) {
      this.#recovery.focus();
      return;
    }
    // The recovery window was closed without a choice.
    if (stuck) open.startAfresh();
    (open ?? this.#open(wanted)).show();
  }

  /** One more window, or the one that shows this workspace alone. */
  open(workspaceId: string | null): void {
    this.show(workspaceId ?? newWindowKey());
  }

  /** The window in which something of this workspace is best shown. */
  windowFor(workspaceId: string | null): WindowKey {
    if (workspaceId !== null && this.#windows.has(workspaceId)) return workspaceId;
    return this.#recent.findLast((key) => workspaceOfWindow(key) === null) ?? mainWindow;
  }

  /** The one that a dialog belongs to. */
  get current(): BrowserWindow | null {
    return this.#windows.get(this.currentKey)?.window ?? null;
  }

  /** The one that has or had the keyboard last. */
  get currentKey(): WindowKey {
    return this.#recent.at(-1) ?? mainWindow;
  }

  zoom(key: WindowKey, change: ZoomChange): number {
    const window = this.#windows.get(key);
    if (window === undefined) throw new Failure("not_found", "this window is not open");
    return window.zoom(change);
  }

  /** Of the window that has the keyboard. */
  zoomCurrent(change: ZoomChange): void {
    this.#windows.get(this.currentKey)?.zoom(change);
  }

  /** The computer has slept: the time that a page has to come up has not passed for it. */
  woke(): void {
    for (const each of this.#windows.values()) each.waitAnew();
  }

  usable(key: WindowKey): void {
    const window = this.#windows.get(key);
    if (window === undefined) return;
    window.becameUsable();
    if (!this.#recovery.open) return;
    // It was only slow.
    if (!window.window.isVisible()) window.show();
    if ([...this.#windows.values()].every(({ usable }) => usable)) this.#recovery.close();
  }

  setFacts(key: WindowKey, facts: CommandFacts): void {
    const window = this.#windows.get(key);
    if (window === undefined) return;
    window.facts = facts;
    this.#parts.factsChanged();
  }

  /** What there is to act on in the window that has or had the keyboard last. */
  get facts(): CommandFacts {
    return this.#windows.get(this.currentKey)?.facts ?? nothingToActOn;
  }

  /** What the recovery window shows; null while there is none. */
  get recoveryPage(): string | null {
    return this.#recovery.page;
  }

  /** Before the windows are closed one by one because the app ends. */
  remember(): void {
    for (const each of this.#windows.values()) each.remember();
    this.#state.setOpen(this.#recent);
  }

  #open(key: WindowKey): AppWindow {
    const window = new AppWindow({
      key,
      preload: this.#parts.preload,
      state: this.#state,
      log: this.#parts.log(),
      mayClose: () => this.#mayClose(key),
      closed: () => this.#closed(key),
      focused: () => this.#used(key),
      stuck: (why) => this.#stuck(key, why),
    });
    this.#windows.set(key, window);
    this.#used(key);
    this.#state.setOpen(this.#recent);
    return window;
  }

  #used(key: WindowKey): void {
    this.#recent = [...this.#recent.filter((each) => each !== key), key];
    this.#parts.factsChanged();
  }

  /** The last window that shows all is only hidden, for the tray to show again. */
  #mayClose(key: WindowKey): boolean {
    if (this.#parts.quitting() || !this.#parts.keptByTray() || workspaceOfWindow(key) !== null) return true;
    return [...this.#windows.keys()].some((other) => other !== key && workspaceOfWindow(other) === null);
  }

  #closed(key: WindowKey): void {
    this.#windows.delete(key);
    this.#recent = this.#recent.filter((each) => each !== key);
    this.#parts.factsChanged();
    if (this.#parts.quitting()) return;
    this.#state.setOpen(this.#recent);
    this.#quitWithoutWindows();
  }

  /** A hidden window keeps the app only as long as there is a tray to show it. */
  #quitWithoutWindows(): void {
    if (this.#parts.keptByTray() || this.#recovery.open) return;
    if (![...this.#windows.values()].some(({ window }) => window.isVisible())) this.#parts.quit();
  }

  #stuck(key: WindowKey, why: string): void {
    this.#parts.log().warn({ window: key, why }, "a window does not come up");
    this.#recovery.show({ of: "window", why });
    this.#windows.get(key)?.window.hide();
  }

  async #recover(choice: RecoveryChoice): Promise<void> {
    this.#parts.log().info({ choice }, "the recovery window");
    if (choice === "show-logs") return this.#parts.showLogs();
    if (choice === "quit") return this.#parts.quit();
    if (choice === "without-extensions") return this.#parts.restartWithoutExtensions();
    if (choice === "reset-layout") {
      await this.#parts.resetLayouts();
      this.#state.reset();
    }
    for (const each of this.#windows.values()) {
      if (each.usable) continue;
      each.startAfresh();
      each.show();
    }
    this.#recovery.close();
  }
}
