/** How the window was last arranged, as it said it: kept in main because a browser's own storage is bound to a port that changes at every start. */
import { readFile, rename, writeFile } from "node:fs/promises";

export class LayoutFile {
  readonly path: string;
  #writing: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.path = path;
  }

  /** The text that was saved last; null when there is none. */
  async read(): Promise<string | null> {
    try {
      return await readFile(this.path, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
      throw error;
    }
  }

  /** One write after the other, each whole or not at all. */
  save(layout: string): Promise<void> {
    this.#writing = this.#writing
      .catch(() => {})
      .then(async () => {
        await writeFile(`${this.path}.new`, layout, { mode: 0o600 });
        await rename(`${this.path}.new`, this.path);
      });
    return this.#writing;
  }
}
