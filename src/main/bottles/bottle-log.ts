/** What was done for a bottle and how it went, one file each. Never a value of a variable. */
import { appendFileSync, mkdirSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";

export class BottleLog {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  note(id: string, line: string): void {
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      appendFileSync(this.#path(id), `${new Date().toISOString()} ${line}\n`, { mode: 0o600 });
    } catch (error) {
      // A full disk must not keep a bottle from being ended.
      console.error(`a line of the log of ${id} could not be written:`, error);
    }
  }

  /** The last lines, oldest first. */
  async read(id: string, lines: number): Promise<string[]> {
    const text = await readFile(this.#path(id), "utf8").catch(() => "");
    return text
      .split("\n")
      .filter((line) => line !== "")
      .slice(-lines);
  }

  remove(id: string): Promise<void> {
    return rm(this.#path(id), { force: true });
  }

  #path(id: string): string {
    return join(this.#folder, `${id}.log`);
  }
}
