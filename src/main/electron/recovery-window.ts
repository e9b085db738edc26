/** The way in when a window, or all of Cellar, does not come up: a small window of its own with a page that runs nothing. One at a time. */
import { BrowserWindow, nativeTheme } from "electron";
import { type RecoveryChoice, recoveryChoiceOf, recoveryPage, type Trouble } from "./recovery-page.ts";
import { recoveryAddress } from "./window-address.ts";
import { confined, surface } from "./window-options.ts";

export class RecoveryWindow {
  readonly #chosen: (choice: RecoveryChoice) => void;
  readonly #closed: () => void;
  #window: BrowserWindow | null = null;
  #trouble: Trouble = { of: "window", why: "" };

  /** `closed`: the person closed it without choosing. */
  constructor(chosen: (choice: RecoveryChoice) => void, closed: () => void) {
    this.#chosen = chosen;
    this.#closed = closed;
  }

  /** What its address shows; null while there is none. */
  get page(): string | null {
    return this.#window === null ? null : recoveryPage(this.#trouble);
  }

  get open(): boolean {
    return this.#window !== null;
  }

  show(trouble: Trouble): void {
    if (this.#window !== null) {
      this.focus();
      return;
    }
    this.#trouble = trouble;
    const window = new BrowserWindow({
      width: 520,
      height: 500,
      title: "Cellar",
      autoHideMenuBar: true,
      backgroundColor: nativeTheme.shouldUseDarkColors ? surface.dark : surface.light,
      webPreferences: {
        ...confined,
        spellcheck: false,
        javascript: false,
      },
    });
    this.#window = window;
    window.webContents.on("will-navigate", (event) => {
      event.preventDefault();
      const choice = recoveryChoiceOf(event.url);
      // What is chosen may close this window, which must not go while it is being asked.
      if (choice !== null) setImmediate(() => this.#chosen(choice));
    });
    window.on("closed", () => {
      if (this.#window !== window) return;
      this.#window = null;
      this.#closed();
    });
    void window.loadURL(recoveryAddress).catch(() => {});
  }

  focus(): void {
    this.#window?.show();
    this.#window?.focus();
  }

  close(): void {
    const window = this.#window;
    this.#window = null;
    window?.destroy();
  }
}
