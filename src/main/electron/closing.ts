/**
 * Closing the last window. Into the tray, with a word the first time about where it went; where nobody shows trays it is minimised instead, so that it
 * is not lost; and where the person wants no tray, closing it is quitting.
 */
import { app, BrowserWindow } from "electron";
import type { Settings, SettingsChange } from "#shared/contract/settings.ts";
import type { Desktop } from "../desktop.ts";
import { showsTrays } from "./tray-host.ts";

export type ClosingParts = {
  settings: { readonly settings: Settings; change(change: SettingsChange): unknown };
  notify: Desktop["notify"];
  /** Whether the app ends already: then nothing is in its way. */
  quitting: () => boolean;
  /** Whether quitting has to be asked about. */
  mustAsk: () => boolean;
  ask: () => Promise<void>;
  show: () => void;
};

export class Closing {
  readonly #parts: ClosingParts;
  #traysShown = true;
  /** Where detecting has come to; for the first window that is closed right after the start. */
  #looking: Promise<void>;

  constructor(parts: ClosingParts) {
    this.#parts = parts;
    this.#looking = this.#look();
    app.on("browser-window-created", (_event, window) => {
      window.on("close", (event) => this.#onClose(event, window));
    });
  }

  /** Whether a window that is closed is to be hidden. */
  get toTray(): boolean {
    return !this.#parts.quitting() && this.#parts.settings.settings.closeToTray && this.#traysShown;
  }

  #onClose(event: Electron.Event, window: BrowserWindow): void {
    const { quitting, settings, mustAsk, ask } = this.#parts;
    if (quitting() || BrowserWindow.getAllWindows().some((other) => other !== window)) return;
    if (!settings.settings.closeToTray) {
      if (!mustAsk()) return;
      event.preventDefault();
      void ask();
      return;
    }
    if (this.#traysShown) {
      this.#hint(
        "Cellar goes on in the tray",
        "Click its icon to bring the window back. Settings can make closing quit.",
      );
      void this.#bringBackWithoutTray(window);
      return;
    }
    event.preventDefault();
    window.minimize();
    this.#hint(
      "Cellar stays minimised",
      "This desktop shows no tray to close it into. Settings can make closing quit.",
    );
    this.#looking = this.#look();
  }

  /** Once in a life. */
  #hint(title: string, body: string): void {
    const { settings, notify, show } = this.#parts;
    if (settings.settings.closeHintShown) return;
    settings.change({ closeHintShown: true });
    notify({ title, body, group: "cellar", actions: [] }, { opened: show, acted: () => {}, closed: () => {} });
  }

  /** The desktop's tray may have gone since we looked. */
  async #bringBackWithoutTray(window: BrowserWindow): Promise<void> {
    await this.#looking;
    this.#looking = this.#look();
    await this.#looking;
    if (this.#traysShown || window.isDestroyed() || window.isVisible()) return;
    window.show();
    window.minimize();
  }

  async #look(): Promise<void> {
    this.#traysShown = await showsTrays();
  }
}
