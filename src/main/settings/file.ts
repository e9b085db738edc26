/** The file below the settings: written whole or not at all, read with care, and watched for a person's own edits. */
import { existsSync, type FSWatcher, readFileSync, renameSync, unwatchFile, watch, watchFile } from "node:fs";
import { basename, dirname } from "node:path";
import { writeFileSync } from "atomically";

export type Stored = Record<string, unknown>;

/** Editors write in several steps; what they leave after so many milliseconds of quiet is what they meant. */
const quietMs = 50;
/** Where the system has no more watches to give, the file is looked at this often. */
const lookEveryMs = 2_000;

export class SettingsFile {
  readonly path: string;
  /** What happened to the file when it was opened, in sentences. */
  readonly notices: string[] = [];

  constructor(path: string) {
    this.path = path;
    this.#setAsideWhenBroken();
  }

  /** What the file holds now. Throws when it is not the JSON of an object. */
  read(): Stored {
    if (!existsSync(this.path)) return {};
    const value: unknown = JSON.parse(readFileSync(this.path, "utf8"));
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error("it is not a JSON object");
    return value as Stored;
  }

  write(stored: Stored): void {
    writeFileSync(this.path, JSON.stringify(stored, undefined, "\t"), { mode: 0o600 });
  }

  /** Calls back some time after the file has changed, whoever changed it. Returns what ends that. */
  watch(changed: () => void): () => void {
    let timer: NodeJS.Timeout | undefined;
    const soon = () => {
      clearTimeout(timer);
      timer = setTimeout(changed, quietMs);
    };
    const stop = this.#watchDirectory(soon) ?? this.#lookAgainAndAgain(soon);
    return () => {
      clearTimeout(timer);
      stop();
    };
  }

  /** The directory, because editors replace the file by another one. */
  #watchDirectory(changed: () => void): (() => void) | null {
    let watcher: FSWatcher;
    try {
      watcher = watch(dirname(this.path), { persistent: false }, (_event, name) => {
        if (name === null || name === basename(this.path)) changed();
      });
    } catch {
      return null;
    }
    watcher.on("error", () => watcher.close());
    return () => watcher.close();
  }

  #lookAgainAndAgain(changed: () => void): () => void {
    watchFile(this.path, { persistent: false, interval: lookEveryMs }, changed);
    return () => unwatchFile(this.path, changed);
  }

  #setAsideWhenBroken(): void {
    try {
      this.read();
    } catch (thrown) {
      const aside = `${this.path}.broken-${new Date().toISOString().replaceAll(":", "-")}`;
      renameSync(this.path, aside);
      this.notices.push(
        `The settings could not be read: ${(thrown as Error).message}. They are kept as ${basename(aside)}; the defaults are used.`,
      );
    }
  }
}
