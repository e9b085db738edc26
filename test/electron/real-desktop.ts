/** The app in Electron itself, through Playwright, with a home of its own. `CELLAR_ELECTRON` is the path of its program: `npm run test:electron` sets it. */
import { once } from "node:events";
import { resolve } from "node:path";
import type * as Electron from "electron";
import { type ElectronApplication, _electron as electron, type Page } from "playwright-core";
import type { DrivenApp, DrivenDesktop, ItemFacts, Question, Rectangle } from "#test/product/driven-desktop.ts";
import { endMarked } from "#test/product/processes.ts";
import { TemporaryFolder } from "#test/product/temporary.ts";

const root = resolve(import.meta.dirname, "../..");

export class RealDesktop implements DrivenDesktop {
  readonly folder = new TemporaryFolder("electron");
  readonly home = this.folder.in("home");
  readonly #apps: ElectronApplication[] = [];

  get environment(): NodeJS.ProcessEnv {
    const { path } = this.folder;
    return { ...process.env, HOME: path, CELLAR_HOME: this.home, XDG_RUNTIME_DIR: path };
  }

  async start(...args: string[]): Promise<RealApp> {
    const app = await electron.launch({
      executablePath: process.env["CELLAR_ELECTRON"]!,
      args: [root, ...args],
      env: this.environment as Record<string, string>,
    });
    this.#apps.push(app);
    return RealApp.of(app);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const app of this.#apps) await app.close().catch(() => {});
    if (process.platform !== "win32") await endMarked(this.folder.path);
    this.folder[Symbol.dispose]();
  }
}

/** Kept in main: dialogs that are open there, which no test could click. */
type Dialogs = {
  open: { question: Question; answer: (response: number) => void }[];
  files: string[][];
};
type InMain = { dialogs: Dialogs };

/** What ends the app takes the answer with it. */
const orEnded = (answer: Promise<unknown>) =>
  answer.then(
    () => {},
    () => {},
  );

export class RealApp implements DrivenApp {
  readonly app: ElectronApplication;
  readonly exited: Promise<number | null>;

  private constructor(app: ElectronApplication) {
    this.app = app;
    const child = app.process();
    this.exited =
      child.exitCode === null
        ? once(child, "exit").then(([code]) => code as number | null)
        : Promise.resolve(child.exitCode);
  }

  static async of(app: ElectronApplication): Promise<RealApp> {
    // One that only hands over to the first has ended by now.
    await orEnded(
      app.evaluate(({ dialog }) => {
        const dialogs: Dialogs = { open: [], files: [] };
        (globalThis as unknown as InMain).dialogs = dialogs;
        const answered = async (...given: unknown[]): Promise<Electron.MessageBoxReturnValue> => {
          const { message, buttons = ["OK"], signal, cancelId = 0 } = given.at(-1) as Electron.MessageBoxOptions;
          const response = await new Promise<number>((answer) => {
            dialogs.open.push({ question: { message, buttons }, answer });
            signal?.addEventListener("abort", () => answer(cancelId), { once: true });
          });
          dialogs.open = dialogs.open.filter(({ question }) => question.message !== message);
          return { response, checkboxChecked: false };
        };
        dialog.showMessageBox = answered as typeof dialog.showMessageBox;
        dialog.showOpenDialog = (async () => {
          const filePaths = dialogs.files.shift() ?? [];
          return { canceled: filePaths.length === 0, filePaths };
        }) as typeof dialog.showOpenDialog;
      }),
    );
    return new RealApp(app);
  }

  signal(signal: NodeJS.Signals): void {
    this.app.process().kill(signal);
  }

  windows() {
    return this.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()
        .sort((one, other) => one.id - other.id)
        .map((window) => ({
          id: window.id,
          url: window.webContents.getURL(),
          visible: window.isVisible(),
          minimized: window.isMinimized(),
          bounds: window.getNormalBounds(),
        })),
    );
  }

  async page(windowId?: number): Promise<Page> {
    for (;;) {
      for (const page of this.app.windows()) {
        const window = await this.app.browserWindow(page);
        if (windowId !== undefined && (await window.evaluate(({ id }) => id)) !== windowId) continue;
        await page.getByRole("banner", { includeHidden: true }).waitFor();
        return page;
      }
      await this.app.waitForEvent("window");
    }
  }

  closeWindow(id: number): Promise<void> {
    return orEnded(this.app.evaluate(({ BrowserWindow }, window) => BrowserWindow.fromId(window)!.close(), id));
  }

  focusWindow(id: number): Promise<void> {
    return this.app.evaluate(({ BrowserWindow }, window) => BrowserWindow.fromId(window)!.focus(), id);
  }

  setBounds(id: number, bounds: Rectangle): Promise<void> {
    return this.app.evaluate(({ BrowserWindow }, wanted) => BrowserWindow.fromId(wanted.id)!.setBounds(wanted.bounds), {
      id,
      bounds,
    });
  }

  menu(): Promise<ItemFacts[]> {
    return this.app.evaluate(({ Menu }) => {
      const flat = (menu: Electron.Menu | null | undefined): ItemFacts[] =>
        (menu?.items ?? []).flatMap((item) => [
          { id: item.id ?? null, label: item.label, enabled: item.enabled },
          ...flat(item.submenu),
        ]);
      return flat(Menu.getApplicationMenu());
    });
  }

  clickMenu(label: string): Promise<void> {
    return this.app.evaluate(({ Menu, BrowserWindow }, wanted) => {
      const all = (menu: Electron.Menu | null | undefined): Electron.MenuItem[] =>
        (menu?.items ?? []).flatMap((item) => [item, ...all(item.submenu)]);
      const item = all(Menu.getApplicationMenu()).find((each) => each.label === wanted);
      if (item === undefined) throw new Error(`there is no "${wanted}" in the menu`);
      if (!item.enabled) throw new Error(`"${wanted}" is disabled`);
      const window = BrowserWindow.getFocusedWindow();
      item.click({}, window ?? undefined, window?.webContents);
    }, label);
  }

  openUrl(url: string): Promise<void> {
    return this.app.evaluate(({ app }, link) => void app.emit("open-url", { preventDefault() {} }, link), url);
  }

  quit(): Promise<void> {
    return orEnded(this.app.evaluate(({ app }) => app.quit()));
  }

  shutDown(): Promise<void> {
    return orEnded(
      this.app.evaluate(({ powerMonitor }) => void powerMonitor.emit("shutdown", { preventDefault() {} })),
    );
  }

  questions(): Promise<Question[]> {
    return this.app.evaluate(() => (globalThis as unknown as InMain).dialogs.open.map(({ question }) => question));
  }

  clickButton(label: string): Promise<void> {
    return orEnded(
      this.app.evaluate((_electron, wanted) => {
        const box = (globalThis as unknown as InMain).dialogs.open.find(({ question }) =>
          question.buttons.includes(wanted),
        );
        if (box === undefined) throw new Error(`no message box with "${wanted}"`);
        box.answer(box.question.buttons.indexOf(wanted));
      }, label),
    );
  }

  answerDialog(paths: string[]): Promise<void> {
    return this.app.evaluate(
      (_electron, files) => void (globalThis as unknown as InMain).dialogs.files.push(files),
      paths,
    );
  }

  /** Main ends as by a crash. */
  async crash(): Promise<void> {
    this.signal("SIGKILL");
    await this.exited;
  }
}
