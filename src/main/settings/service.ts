/**
 * The settings of the person, in `settings.json` of the state directory. A person may edit the file by hand while Cellar runs: what is
 * understood is taken at once, what is not is named and kept as it is, and a file that is not JSON is set aside, never overwritten.
 */
import type { z } from "zod";
import {
  remembered,
  type Settings,
  type SettingsChange,
  settings,
  type settingsState,
} from "#shared/contract/settings.ts";
import { Failure } from "#shared/failure.ts";
import { SettingsFile, type Stored } from "./file.ts";

export type SettingsState = z.infer<typeof settingsState>;

const keys = Object.keys(settings.shape) as (keyof Settings)[];
const chosen = keys.filter((key) => !remembered.some((each) => each === key));

export class SettingsService {
  readonly #file: SettingsFile;
  readonly #stopWatching: () => void;
  readonly #listeners = new Set<(state: SettingsState) => void>();
  #state: SettingsState;

  constructor(path: string) {
    this.#file = new SettingsFile(path);
    this.#state = understood(this.#file.read(), path);
    this.#stopWatching = this.#file.watch(() => this.#refresh());
  }

  /** What happened to the file when it was opened, in sentences. */
  get notices(): readonly string[] {
    return this.#file.notices;
  }

  get settings(): Settings {
    return this.#state.settings;
  }

  get state(): SettingsState {
    return this.#state;
  }

  /** Merges a change (already validated) into the file. Throws `conflict` when the file cannot be read just now. */
  change(change: SettingsChange): SettingsState {
    const given = Object.entries(change).filter(([, value]) => value !== undefined);
    if (given.length === 0) return this.#state;
    const stored = this.#stored();
    for (const [key, value] of given) {
      stored[key] = key === "notify" ? { ...asObject(stored[key]), ...asObject(value) } : value;
    }
    return this.#write(stored);
  }

  /** Back to the default of one key, or of all that a person chooses; unknown keys and what is only remembered stay. */
  reset(key?: string): SettingsState {
    if (key !== undefined && !keys.some((known) => known === key)) {
      throw new Failure("invalid_input", `there is no setting ${JSON.stringify(key)}`);
    }
    const stored = this.#stored();
    for (const known of key === undefined ? chosen : [key]) delete stored[known];
    return this.#write(stored);
  }

  /** Calls `listener` after every change that made a difference. Returns the function that ends it. */
  onChange(listener: (state: SettingsState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls `listener` after every change of one of these. Returns the function that ends it. */
  onChangeOf(watched: readonly (keyof Settings)[], listener: () => void): () => void {
    const now = () => JSON.stringify(watched.map((key) => this.settings[key]));
    let before = now();
    return this.onChange(() => {
      if (now() === before) return;
      before = now();
      listener();
    });
  }

  close(): void {
    this.#stopWatching();
    this.#listeners.clear();
  }

  #stored(): Stored {
    try {
      return this.#file.read();
    } catch (thrown) {
      throw new Failure("conflict", `the settings file was edited and cannot be read: ${(thrown as Error).message}`, {
        hint: `Correct ${this.#file.path} first; nothing was changed.`,
      });
    }
  }

  #write(stored: Stored): SettingsState {
    this.#file.write(stored);
    this.#refresh();
    return this.#state;
  }

  #refresh(): void {
    let next: SettingsState;
    try {
      next = understood(this.#file.read(), this.#file.path);
    } catch (thrown) {
      // Half-written by an editor, or a typing mistake: the last good settings stay until the file can be read again.
      next = { ...this.#state, problems: [`The file cannot be read: ${(thrown as Error).message}`] };
    }
    if (JSON.stringify(next) === JSON.stringify(this.#state)) return;
    this.#state = next;
    for (const listener of this.#listeners) listener(next);
  }
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
