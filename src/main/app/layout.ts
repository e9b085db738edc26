/** How each window was last arranged, as it said it: kept in main because a browser's own storage is bound to a port that changes at every start. */
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { mainWindow, type WindowKey, workspaceOfWindow } from "#shared/windows.ts";

/** Layouts of further windows that are kept; tabs of a browser come and go without saying so. */
const most = 100;

export class Layouts {
  readonly #home: string;
  readonly #folder: string;
  #writing: Promise<void> = Promise.resolve();

  constructor(home: string) {
    this.#home = home;
    this.#folder = join(home, "layouts");
  }

  /** The text that was saved last; null when there is none. */
  async read(window: WindowKey): Promise<string | null> {
    try {
      return await readFile(this.#pathOf(window), "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
      throw error;
    }
  }

  /** One write after the other, each whole or not at all. */
  save(window: WindowKey, layout: string): Promise<void> {
    return this.#next(async () => {
      const path = this.#pathOf(window);
      if (window !== mainWindow) await this.#makeRoom(window);
      await writeFile(`${path}.new`, layout, { mode: 0o600 });
      await rename(`${path}.new`, path);
    });
  }

  /** Forgets further windows other than these; a workspace's own window is kept for when it is opened again. */
  keepOnly(windows: readonly WindowKey[]): Promise<void> {
    return this.#next(async () => {
      for (const name of await this.#names()) {
        const window = name.replace(/\.json$/, "");
        if (workspaceOfWindow(window) === null && !windows.includes(window)) await this.#remove(name);
      }
    });
  }

  /** Every window is arranged as at first. */
  reset(): Promise<void> {
    return this.#next(async () => {
      await rm(this.#pathOf(mainWindow), { force: true });
      await rm(this.#folder, { recursive: true, force: true });
    });
  }

  #pathOf(window: WindowKey): string {
    return window === mainWindow ? join(this.#home, "layout.json") : join(this.#folder, `${window}.json`);
  }

  async #makeRoom(window: WindowKey): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const others = (await this.#names()).filter((name) => name !== `${window}.json`);
    if (others.length < most) return;
    const byAge = await Promise.all(
      others.map(async (name) => ({ name, at: (await stat(join(this.#folder, name))).mtimeMs })),
    );
    byAge.sort((a, b) => a.at - b.at);
    for (const { name } of byAge.slice(0, others.length - most + 1)) await this.#remove(name);
  }

  async #names(): Promise<string[]> {
    return readdir(this.#folder).catch(() => []);
  }

  #remove(name: string): Promise<void> {
    return rm(join(this.#folder, name), { force: true });
  }

  #next(write: () => Promise<void>): Promise<void> {
    this.#writing = this.#writing.catch(() => {}).then(write);
    return this.#writing;
  }
}
