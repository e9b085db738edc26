/**
 * The settings of the person, in `settings.json` of the state directory. A person may edit the file by hand while Cellar runs: what is
 * understood is taken at once, what is not is named and kept as it is, and a file that is not JSON is set aside, never overwritten.
 */
import { existsSync, renameSync } from "node:fs";
import { basename, dirname } from "node:path";
import Conf from "conf";
import type { z } from "zod";
import { type Settings, type SettingsChange, settings, type settingsState } from "#shared/contract/settings.ts";
import { Failure } from "#shared/failure.ts";

export type SettingsState = z.infer<typeof settingsState>;
type Stored = Record<string, unknown>;

const keys = Object.keys(settings.shape) as (keyof Settings)[];

export class SettingsService {
  readonly path: string;
  /** What happened to the file when it was opened, in sentences. */
  readonly notices: string[] = [];
  readonly #file: Conf<Stored>;
  readonly #stopWatching: () => void;
  readonly #listeners = new Set<(state: SettingsState) => void>();
  #state: SettingsState;

  constructor(path: string) {
    this.path = path;
    this.#file = this.#open();
    this.#state = this.#read();
    this.#stopWatching = this.#file.onDidAnyChange(() => this.#refresh());
  }

  get settings(): Settings {
    return this.#state.settings;
  }

  get state(): SettingsState {
    return this.#state;
  }

  /** Merges a change (already validated) into the file. */
  change(change: SettingsChange): SettingsState {
    const given = Object.entries(change).filter(([, value]) => value !== undefined);
    if (given.length === 0) return this.#state;
    const stored = this.#stored();
    for (const [key, value] of given) {
      stored[key] = key === "notify" ? { ...asObject(stored[key]), ...asObject(value) } : value;
    }
    return this.#write(stored);
  }

  /** Back to the default of one key, or of all that are known; unknown keys stay. */
  reset(key?: string): SettingsState {
    if (key !== undefined && !keys.some((known) => known === key)) {
      throw new Failure("invalid_input", `there is no setting ${JSON.stringify(key)}`);
    }
    const stored = this.#stored();
    for (const known of key === undefined ? keys : [key]) delete stored[known];
    return this.#write(stored);
  }

  /** Calls `listener` after every change that made a difference. Returns the function that ends it. */
  onChange(listener: (state: SettingsState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#stopWatching();
    this.#file._closeWatcher();
    this.#listeners.clear();
  }

  #open(): Conf<Stored> {
    try {
      return openFile(this.path);
    } catch (thrown) {
      if (!existsSync(this.path)) throw thrown;
      const aside = this.#setAside();
      this.notices.push(
        `The settings could not be read (${thrown instanceof Error ? thrown.message : thrown}). They are kept as ${aside}; defaults are used.`,
      );
      return openFile(this.path);
    }
  }

  #setAside(): string {
    const aside = `${this.path}.broken-${new Date().toISOString().replaceAll(":", "-")}`;
    renameSync(this.path, aside);
    return basename(aside);
  }

  #stored(): Stored {
    try {
      return { ...this.#file.store };
    } catch (thrown) {
      throw new Failure("conflict", `the settings file was edited and cannot be read: ${(thrown as Error).message}`, {
        hint: `Correct ${this.path} first; nothing was changed.`,
      });
    }
  }

  #write(stored: Stored): SettingsState {
    this.#file.store = stored;
    this.#refresh();
    return this.#state;
  }

  #read(): SettingsState {
    return understood(this.#file.store, this.path);
  }

  #refresh(): void {
    let next: SettingsState;
    try {
      next = this.#read();
    } catch (thrown) {
      // Half-written by an editor, or a typing mistake: the last good settings stay until the file can be read again.
      next = { ...this.#state, problems: [`The file cannot be read: ${(thrown as Error).message}`] };
    }
    if (JSON.stringify(next) === JSON.stringify(this.#state)) return;
    this.#state = next;
    for (const listener of this.#listeners) listener(next);
  }
}

function openFile(path: string): Conf<Stored> {
  return new Conf<Stored>({
    cwd: dirname(path),
    configName: basename(path, ".json"),
    accessPropertiesByDotNotation: false,
    configFileMode: 0o600,
    watch: true,
  });
}

/** Each key for itself, so that one mistake does not cost the others. */
function understood(stored: Stored, path: string): SettingsState {
  const problems: string[] = [];
  const values: Stored = {};
  for (const key of keys) {
    const schema = settings.shape[key];
    const result = schema.safeParse(stored[key]);
    if (result.success) values[key] = result.data;
    else {
      values[key] = schema.parse(undefined);
      const [issue] = result.error.issues;
      const place = [key, ...(issue?.path ?? [])].join(".");
      problems.push(`${place}: ${issue?.message ?? "not understood"}; the default is used.`);
    }
  }
  for (const key of Object.keys(stored)) {
    if (!keys.some((known) => known === key)) problems.push(`${key}: unknown; kept as it is.`);
  }
  return { settings: values as Settings, path, problems };
}

function asObject(value: unknown): Stored {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Stored) : {};
}
