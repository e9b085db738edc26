/** "Open this": the one place that leads from anywhere to a terminal, a workspace, a form. State of the interface only, nothing that main knows. */
import { create } from "zustand";
import { dock, type OpenOptions } from "../terminals/panels.tsx";

/** What a new workspace is made from: text (a path, a file URL, a git URL), or contents that were dropped in a browser. */
export type NewWorkspaceSource =
  | { kind: "text"; text: string }
  | { kind: "contents"; entries: FileSystemDirectoryEntry };

type Ui = {
  paletteOpen: boolean;
  /** What the palette's field starts with. */
  paletteText: string;
  notificationsOpen: boolean;
  shortcutsOpen: boolean;
  /** The cell that the inspector should show, and a count so that asking for the same one again is noticed. */
  cell: { terminalId: string; cellId: string; asked: number } | null;
  /** Sources waiting for the form, first one first. */
  newWorkspaceSources: readonly NewWorkspaceSource[];
};

export const useUi = create<Ui>(() => ({
  paletteOpen: false,
  paletteText: "",
  notificationsOpen: false,
  shortcutsOpen: false,
  cell: null,
  newWorkspaceSources: [],
}));

export const terminalPanelId = (terminalId: string) => `terminal:${terminalId}`;

export function openTerminal(terminalId: string, options: OpenOptions & { cellId?: string | null } = {}): void {
  const { cellId, ...place } = options;
  dock.open({ id: terminalPanelId(terminalId), kind: "terminal", params: { terminalId } }, place);
  if (cellId) {
    useUi.setState((before) => ({ cell: { terminalId, cellId, asked: (before.cell?.asked ?? 0) + 1 } }));
  }
}

export function openWorkspace(workspaceId: string, options: OpenOptions = {}): void {
  dock.open({ id: `workspace:${workspaceId}`, kind: "workspace", params: { workspaceId } }, options);
}

/** The launch form; without a workspace it asks for one. */
export function openLaunch(workspaceId: string | null, options: OpenOptions = {}): void {
  dock.open({ id: `launch:${workspaceId ?? ""}`, kind: "launch", params: { workspaceId } }, options);
}

export function openSettings(section: string | null = null): void {
  dock.open({ id: "settings:", kind: "settings", params: { section } }, {});
}

export function openNewWorkspace(...sources: NewWorkspaceSource[]): void {
  if (sources.length > 0) useUi.setState({ newWorkspaceSources: sources });
  dock.open({ id: "new-workspace:", kind: "new-workspace", params: {} }, {});
}

export function openJob(jobId: string): void {
  dock.open({ id: `job:${jobId}`, kind: "job", params: { jobId } }, {});
}

export function openPalette(text = ""): void {
  useUi.setState({ paletteOpen: true, paletteText: text });
}
