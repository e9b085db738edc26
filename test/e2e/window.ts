/** A window of the product in a real Chromium; any error on its console fails the test that looks. */
import type { Locator, Page } from "playwright-core";
import { launchChromium } from "#test/product/chromium.ts";

export type Look = { theme?: "dark" | "light"; width?: number; height?: number };

export class Window implements AsyncDisposable {
  readonly page: Page;
  /** What went wrong in the page so far. */
  readonly errors: string[] = [];
  readonly #end: () => Promise<unknown>;

  private constructor(page: Page, end: () => Promise<unknown>) {
    this.#end = end;
    this.page = page;
    page.on("console", (message) => {
      if (message.type() === "error") this.errors.push(message.text());
    });
    page.on("pageerror", (error) => this.errors.push(error.stack ?? error.message));
  }

  static async open(url: string, { theme = "dark", width = 1440, height = 900 }: Look = {}): Promise<Window> {
    const browser = await launchChromium();
    const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme });
    const page = await context.newPage();
    const window = Window.around(page, () => browser.close());
    await window.go(url);
    return window;
  }

  /** A page that somebody else has opened and closes. */
  static around(page: Page, end: () => Promise<unknown> = async () => {}): Window {
    page.setDefaultTimeout(20_000);
    return new Window(page, end);
  }

  async go(url: string): Promise<void> {
    await this.page.goto(url);
    // Behind the first run it is hidden from assistive technology, and there all the same.
    await this.page.getByRole("banner", { includeHidden: true }).waitFor();
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole("button", { name }).first();
  }

  /** Leaves the panels of the first run. */
  async skipFirstRun(): Promise<void> {
    await this.button("Skip").click();
  }

  /** As somebody who knows what it is called does: typed and run at once, without looking at the list. */
  async runFromPalette(text: string): Promise<void> {
    await this.page.keyboard.press("Control+k");
    const palette = this.page.getByRole("dialog", { name: "Command palette" });
    await palette.getByRole("combobox").waitFor();
    await this.page.keyboard.type(text);
    await this.page.keyboard.press("Enter");
    await palette.waitFor({ state: "detached" });
  }

  /** Drops what a file manager drops: the path as a `file:` URL, on the page or on a part of it. `at`: in CSS pixels; else where the page begins. */
  async dropUrl(fileUrl: string, on: Locator = this.page.locator("body"), at = { x: 0, y: 0 }): Promise<void> {
    const data = await this.page.evaluateHandle((text) => {
      const transfer = new DataTransfer();
      transfer.setData("text/uri-list", text);
      transfer.setData("text/plain", text);
      return transfer;
    }, fileUrl);
    for (const type of ["dragenter", "dragover", "drop"]) {
      await on.dispatchEvent(type, { dataTransfer: data, clientX: at.x, clientY: at.y });
    }
  }

  /** Drops a real file or folder of this computer, as the browser hands it to a page: its contents, without its path. `at`: in CSS pixels. */
  async dropFolder(path: string, at?: { x: number; y: number }): Promise<void> {
    const session = await this.page.context().newCDPSession(this.page);
    const data = { items: [], files: [path], dragOperationsMask: 1 };
    const { x, y } = at ?? (await this.#inSidebar());
    for (const type of ["dragEnter", "dragOver", "drop"] as const) {
      await session.send("Input.dispatchDragEvent", { type, x, y, data });
    }
    await session.detach();
  }

  /** On the list of workspaces: a terminal takes a folder's path for itself, where there is one. */
  async #inSidebar(): Promise<{ x: number; y: number }> {
    const box = await this.page.getByRole("navigation", { includeHidden: true }).first().boundingBox();
    const { x, y, width, height } = box!;
    return { x: x + width / 2, y: y + height / 2 };
  }

  /** The input of the terminal in front. xterm.js keeps it out of sight, so "attached" is all that can be waited for. */
  async terminalInFront(): Promise<Locator> {
    const input = this.page.getByRole("textbox", { name: "Terminal input" }).last();
    await input.waitFor({ state: "attached" });
    return input;
  }

  /** Types into the terminal in front, and Enter. */
  async typeLine(text: string): Promise<void> {
    await (await this.terminalInFront()).focus();
    await this.page.keyboard.type(`${text}\n`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end();
  }
}
