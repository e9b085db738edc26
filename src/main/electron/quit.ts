/** Quitting. When a person asks for it, it says what would end and what goes on, where there is something to say. */
import { app, type BrowserWindow, dialog, type MessageBoxOptions } from "electron";
import { endingWords, isWorthSaying, type Leaving, leavingWords } from "../app/index.ts";

export type QuittingParts = {
  leaving: () => Pick<Leaving, "facts" | "endEverything">;
  /** The window to ask in; null when none is shown. */
  window: () => BrowserWindow | null;
};

export class Quitting {
  readonly #parts: QuittingParts;
  #asking = false;
  #decided = false;

  constructor(parts: QuittingParts) {
    this.#parts = parts;
  }

  /** The app ends: nothing is in its way any more. */
  get decided(): boolean {
    return this.#decided;
  }

  get mustAsk(): boolean {
    return isWorthSaying(this.#parts.leaving().facts());
  }

  /** Quits without a question: it was answered, or there is nobody to answer it. */
  now(): void {
    this.#decided = true;
    app.quit();
  }

  /** Whether the app may quit that is about to. What nobody was asked about ("Quit" in the Dock) is asked about now, as the menu's is. */
  mayQuit(): boolean {
    if (!this.#decided && this.mustAsk) void this.ask();
    else this.#decided = true;
    return this.#decided;
  }

  /** Quits, after asking where that would end or hold up something. */
  ask(): Promise<void> {
    return this.#once(async () => {
      const facts = this.#parts.leaving().facts();
      if (!isWorthSaying(facts)) return this.now();
      const answer = await this.#show({
        type: "question",
        message: "Quit Cellar?",
        detail: leavingWords(facts),
        buttons: ["Quit", "Quit and end everything…", "Cancel"],
        defaultId: 0,
        cancelId: 2,
      });
      if (answer === 0) this.now();
      if (answer === 1) await this.#askToEnd();
    });
  }

  /** Ends terminals and bottles, named before, and quits. */
  askToEnd(): Promise<void> {
    return this.#once(() => this.#askToEnd());
  }

  async #askToEnd(): Promise<void> {
    const words = endingWords(this.#parts.leaving().facts());
    if (words === "") return this.now();
    const answer = await this.#show({
      type: "warning",
      message: "End everything that runs, and quit?",
      detail: `${words}\n\nWhat programs have not saved is lost.`,
      buttons: ["End everything", "Cancel"],
      defaultId: 1,
      cancelId: 1,
    });
    if (answer !== 0) return;
    const left = await this.#parts.leaving().endEverything();
    if (left.length === 0) return this.now();
    const anyway = await this.#show({
      type: "warning",
      message: "Not everything has ended",
      detail: `Still there: ${left.join(", ")}.`,
      buttons: ["Quit", "Cancel"],
      defaultId: 1,
      cancelId: 1,
    });
    if (anyway === 0) this.now();
  }

  /** A second click asks nothing a second time. */
  async #once(work: () => Promise<void> | void): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      await work();
    } finally {
      this.#asking = false;
    }
  }

  async #show(options: MessageBoxOptions): Promise<number> {
    const parent = this.#parts.window();
    // On macOS and Windows buttons are asked for by their words, not as links.
    const asked = { ...options, noLink: true, title: "Cellar" };
    const { response } = await (parent === null ? dialog.showMessageBox(asked) : dialog.showMessageBox(parent, asked));
    return response;
  }
}
