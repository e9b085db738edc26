/**
 * The form for a new workspace while it is filled in, and the making that follows. Both live outside the panel: closing it loses nothing,
 * and several dropped folders give one form after the other.
 */
import { create } from "zustand";
import type { Problem } from "#shared/contract/base.ts";
import type { Inspection, WorkspaceMode } from "#shared/contract/workspaces.ts";
import { nameProblem, suggestName } from "#shared/workspaces/name.ts";
import type { FolderCount } from "./contents.ts";

export type Draft = {
  /** A path, a `file:` URL or a git URL; empty with `contents`. */
  text: string;
  /** A folder dropped in a browser, which has no path. */
  contents: { entry: FileSystemDirectoryEntry; count: FolderCount | null; problem: Problem | null } | null;
  /** What a link from outside asks for, until the person has taken it into the form or ignored it. */
  offered: string | null;
  /** It came with others, which wait for their turn. */
  queued: boolean;
  /** It came by a drop and nobody has touched the form since. */
  dropped: boolean;
  /** Null until the person chose: the default follows what was found. */
  mode: WorkspaceMode | null;
  name: string | null;
  branch: string;
  startPoint: string;
  /** Null: what was used last. `none`: only the workspace. */
  programId: string | null;
  prompt: string;
};

export const emptyDraft: Draft = {
  text: "",
  contents: null,
  offered: null,
  queued: false,
  dropped: false,
  mode: null,
  name: null,
  branch: "",
  startPoint: "",
  programId: null,
  prompt: "",
};

/** What goes on after Enter. */
export type Making =
  | { step: "upload"; name: string; sent: number; total: number; cancel: () => void }
  | { step: "workspace"; workspaceId: string; name: string; programName: string | null }
  | { step: "failed"; problem: Problem; workspaceId: string | null };

/** `behind`: sources of the same drop as the draft's, which wait for it. Others take its place. */
export const useNewWorkspace = create<{ draft: Draft; making: Making | null; behind: readonly unknown[] }>(() => ({
  draft: emptyDraft,
  making: null,
  behind: [],
}));

export function changeDraft(change: Partial<Draft>): void {
  useNewWorkspace.setState(({ draft }) => ({ draft: { ...draft, ...change } }));
}

/** The mode Enter would use: the person's choice, else their default where it works, else the best that works. */
export function effectiveMode(
  chosen: WorkspaceMode | null,
  possible: readonly WorkspaceMode[],
  usual: WorkspaceMode,
): WorkspaceMode | null {
  if (chosen !== null && possible.includes(chosen)) return chosen;
  return possible.includes(usual) ? usual : (possible[0] ?? null);
}

/** The name in the field: what was typed, else one that is free. */
export function effectiveName(
  typed: string | null,
  found: Inspection | null,
  location: string,
  taken: readonly string[],
): string {
  if (typed !== null) return typed;
  const suggested = found?.suggestedName ?? suggestName(location, taken);
  return taken.includes(suggested) ? suggestName(location, taken) : suggested;
}

/** What is wrong with a name, as a sentence; null when it can be used. */
export function nameError(name: string, taken: readonly string[]): string | null {
  if (name === "") return "A workspace needs a name";
  if (taken.includes(name)) return `There is already a workspace called '${name}'`;
  return nameProblem(name);
}

/** Whether looking at it makes sense yet: an absolute path, a file URL, or something that git can clone. */
export function looksComplete(text: string): boolean {
  const trimmed = text.trim();
  return (
    /^(\/|~(\/|$)|[A-Za-z]:[\\/]|\\\\)/.test(trimmed) ||
    /^file:\/\/\/?./.test(trimmed) ||
    /^(https?|ssh|git):\/\/[^/\s]+\/\S+/.test(trimmed) ||
    /^[\w.-]+@[\w.-]+:\S+/.test(trimmed)
  );
}

/** Whether it is a path on this computer, which can be completed. */
export function looksLikePath(text: string): boolean {
  return /^(\/|~\/|[A-Za-z]:[\\/])/.test(text.trim());
}
