/** "Open this": the one place that leads from anywhere to a terminal, a workspace, a form. State of the interface only, nothing that main knows. */
import { create } from "zustand";
import type { OpenOptions } from "../dock/panels.tsx";
import {
  bottlePanel,
  bottlesPanel,
  jobPanel,
  launchPanel,
  newWorkspacePanel,
  runningPanel,
  settingsPanel,
  vaultPanel,
  workspacePanel,
} from "./panels.tsx";
import { terminalPanel } from "./terminal-panel.tsx";

/** What a new workspace is made from: text (a path, a file URL, a git URL), such text in a link that anyone may have sent, or contents that were dropped in a browser. */
export type NewWorkspaceSource =
  | { kind: "text"; text: string }
  | { kind: "link"; text: string }
  | { kind: "contents"; entry: FileSystemDirectoryEntry };

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
  /** What the settings' field starts with, and a count so that asking for the same again is noticed. */
  settings: { search: string; asked: number };
  /** The workspace whose page shows what deleting it would end. */
  deleting: string | null;
  /** Null: until somebody has opened or left it in this window, the settings say. */
  firstRunOpen: boolean | null;
};

export const useUi = create<Ui>(() => ({
  paletteOpen: false,
  paletteText: "",
  notificationsOpen: false,
  shortcutsOpen: false,
  cell: null,
  newWorkspaceSources: [],
  settings: { search: "", asked: 0 },
  deleting: null,
  firstRunOpen: null,
}));

export function openTerminal(terminalId: string, options: OpenOptions & { cellId?: string | null } = {}): void {
  const { cellId, ...place } = options;
  terminalPanel.open({ terminalId }, place);
  if (cellId) {
    useUi.setState((before) => ({ cell: { terminalId, cellId, asked: (before.cell?.asked ?? 0) + 1 } }));
  }
}

/** `section` "delete" opens the page with what deleting would end. */
export function openWorkspace(workspaceId: string, options: OpenOptions & { section?: "delete" } = {}): void {
  const { section, ...place } = options;
  if (section) useUi.setState({ deleting: workspaceId });
  workspacePanel.open({ workspaceId }, place);
}

/** The form that launches an agent program; without a workspace it asks for one. */
export function openLaunch(workspaceId = "", options: OpenOptions = {}): void {
  launchPanel.open({ workspaceId }, options);
}

/** `search` fills the field above the settings, so that one leads straight to its setting. */
export function openSettings(search = ""): void {
  useUi.setState(({ settings }) => ({ settings: { search, asked: settings.asked + 1 } }));
  settingsPanel.open({});
}

/** Everything that runs, first what needs the person. */
export function openRunning(): void {
  runningPanel.open({});
}

export function openNewWorkspace(...sources: NewWorkspaceSource[]): void {
  // A first run that is open is over with this: it is what it was for.
  useUi.setState({ firstRunOpen: false, ...(sources.length > 0 ? { newWorkspaceSources: sources } : {}) });
  newWorkspacePanel.open({});
}

export function openBottle(bottleId: string): void {
  bottlePanel.open({ bottleId });
}

/** All bottles, those that run and those that have ended. */
export function openBottles(): void {
  bottlesPanel.open({});
}

export function openVault(): void {
  vaultPanel.open({});
}

export function openJob(jobId: string): void {
  jobPanel.open({ jobId });
}

export function openPalette(text = ""): void {
  useUi.setState({ paletteOpen: true, paletteText: text });
}
