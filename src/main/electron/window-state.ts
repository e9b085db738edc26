/** What is remembered of the windows, beside the settings: which were open, and each one's places, shape and zoom. */
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { windowKey } from "#shared/contract/app.ts";
import { type WindowKey, workspaceOfWindow } from "#shared/windows.ts";

const windowRecord = z.object({
  /** One for each arrangement of displays, the latest first. */
  places: z.array(
    z.object({
      arrangement: z.string(),
      bounds: z.object({ x: z.int(), y: z.int(), width: z.int().min(1), height: z.int().min(1) }),
    }),
  ),
  shape: z.enum(["normal", "maximized", "fullScreen"]),
  zoom: z.number().min(0.25).max(5),
});
export type WindowRecord = z.infer<typeof windowRecord>;

const remembered = z.object({
  /** The one last used at the end. */
  open: z.array(windowKey),
  windows: z.record(windowKey, windowRecord),
});
type Remembered = z.infer<typeof remembered>;

/** Of windows that are closed, those of workspaces are kept for when they are opened again; so many. */
const mostClosed = 100;

export class WindowState {
  readonly #path: string;
  #state: Remembered;

  constructor(path: string) {
    this.#path = path;
    this.#state = read(path);
  }

  get open(): readonly WindowKey[] {
    return this.#state.open;
  }

  recordOf(window: WindowKey): WindowRecord | null {
    return this.#state.windows[window] ?? null;
  }

  remember(window: WindowKey, record: WindowRecord): void {
    const { [window]: _, ...others } = this.#state.windows;
    this.#write({ ...this.#state, windows: { ...others, [window]: record } });
  }

  /** Which windows are open, the one last used at the end. A further window that is not among them is forgotten. */
  setOpen(open: readonly WindowKey[]): void {
    const entries = Object.entries(this.#state.windows);
    const closed = entries.filter(([key]) => !open.includes(key) && !key.startsWith("window-"));
    const kept = [...closed.slice(-mostClosed), ...entries.filter(([key]) => open.includes(key))];
    this.#write({ open: [...open], windows: Object.fromEntries(kept) });
  }

  reset(): void {
    this.#state = { open: [], windows: {} };
    rmSync(this.#path, { force: true });
  }

  #write(state: Remembered): void {
    this.#state = state;
    try {
      writeFileSync(`${this.#path}.new`, JSON.stringify(state), { mode: 0o600 });
      renameSync(`${this.#path}.new`, this.#path);
    } catch {
      // A full disk costs the windows' places, and must not cost the window that is being closed.
    }
  }
}

/** Which to open at start: those that were open, without those of workspaces that are gone, and one that shows all at least. */
export function windowsToOpen(open: readonly WindowKey[], hasWorkspace: (id: string) => boolean): WindowKey[] {
  const still = open.filter((key) => {
    const workspace = workspaceOfWindow(key);
    return workspace === null || hasWorkspace(workspace);
  });
  return still.some((key) => workspaceOfWindow(key) === null) ? still : [...still, "main"];
}

function read(path: string): Remembered {
  try {
    const found = remembered.safeParse(JSON.parse(readFileSync(path, "utf8")));
    if (found.success) return found.data;
  } catch {
    // Windows that open in their usual places are all that a lost file costs.
  }
  return { open: [], windows: {} };
}
