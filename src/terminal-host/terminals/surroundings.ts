/** What a terminal needs of its host. */
import type { Activity } from "#shared/contract/activities.ts";
import type { CellEngine } from "../cells/cell-terminal.ts";
import type { SpawnPty } from "../pty/pty.ts";
import type { Screens } from "../screen/screens.ts";
import type { EndedScreens } from "./ended-screens.ts";
import type { Notice } from "./osc.ts";

export type TerminalSurroundings<Terminal> = {
  /** Folder of logs and saved screens. */
  readonly folder: string;
  readonly screens: Screens;
  readonly endedScreens: EndedScreens;
  readonly spawn: SpawnPty;
  readonly cells: Pick<CellEngine, "attach">;
  /** Lines a new screen keeps. */
  scrollback(): number;
  /** Size cap of a new log, in bytes. */
  logLimit(): number;
  /** Something of the record has changed; `important`: it has to be saved and told at once. */
  changed(terminal: Terminal, important: boolean): void;
  save(terminal: Terminal): void;
  /** What a launched program is doing has changed. */
  active(activity: Activity): void;
  noticed(terminal: Terminal, notice: Exclude<Notice, { type: "title" | "cwd" }>): void;
};
