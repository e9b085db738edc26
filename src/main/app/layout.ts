/** The window's layout as it last saved it (`window.json`). Convenience, not a record: a damaged file means the layout of the first time. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

export class WindowLayout {
  readonly #path: string;
  constructor(path: string) {
    this.#path = path;
  }

  read(): string | null {
    try {
      return readFileSync(this.#path, "utf8");
    } catch {
      return null;
    }
  }

  /** Replaced in one step, so that a crash leaves the old one. */
  save(layout: string): void {
    mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
    const next = `${this.#path}.${process.pid}.new`;
    writeFileSync(next, layout, { mode: 0o600 });
    renameSync(next, this.#path);
  }
}
