/** The built app on Electron itself, driven through Playwright. `CELLAR_ELECTRON` is the path of its program: `npm run test:electron` sets it. */
import { once } from "node:events";
import { resolve } from "node:path";
import { type ElectronApplication, _electron as electron, type Page } from "playwright-core";
import { endMarked } from "#test/product/processes.ts";
import { TemporaryFolder } from "#test/product/temporary.ts";

const root = resolve(import.meta.dirname, "../..");

export class RealDesktop implements AsyncDisposable {
  readonly folder = new TemporaryFolder("electron");
  readonly home = this.folder.in("home");
  #app: ElectronApplication | null = null;

  get environment(): NodeJS.ProcessEnv {
    const { path } = this.folder;
    return { ...process.env, HOME: path, CELLAR_HOME: this.home, XDG_RUNTIME_DIR: path };
  }

  /** The app that runs now. */
  get app(): ElectronApplication {
    if (this.#app === null) throw new Error("the app was not started");
    return this.#app;
  }

  /** Resolves with its window when that shows the product's frame. */
  async start(): Promise<Page> {
    this.#app = await electron.launch({
      executablePath: process.env["CELLAR_ELECTRON"]!,
      args: [root],
      env: this.environment as Record<string, string>,
    });
    const page = await this.#app.firstWindow();
    await page.getByRole("banner", { includeHidden: true }).waitFor();
    return page;
  }

  /** Main ends as by a crash. */
  async crash(): Promise<void> {
    const child = this.app.process();
    const ended = child.exitCode === null ? once(child, "exit") : null;
    child.kill("SIGKILL");
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#app?.close().catch(() => {});
    if (process.platform !== "win32") await endMarked(this.folder.path);
    this.folder[Symbol.dispose]();
  }
}
