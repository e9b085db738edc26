/** The rows of the sidebar's tree, from what there is, what is folded, and what is being looked for. Pure, so that its order can be trusted. */
import type { Workspace } from "#shared/contract/workspaces.ts";
import { labelIn } from "#shared/terminals/label.ts";
import type { TerminalSummary } from "../live/index.ts";

export type TreeRow =
  | { kind: "workspace"; id: string; workspace: Workspace; folded: boolean; terminals: number; level: 1 }
  | { kind: "group"; id: string; label: string; folded: boolean; terminals: number; level: 1 }
  /** `label`: without the name of the workspace it stands under. */
  | { kind: "terminal"; id: string; terminal: TerminalSummary; label: string; level: 2 }
  | { kind: "more"; id: string; of: string; count: number; open: boolean; level: 2 };

export type TreeInput = {
  workspaces: readonly Workspace[];
  terminals: readonly TerminalSummary[];
  /** Ids of folded workspaces, and `ended:<workspace id>` of those whose ended terminals are all shown. */
  folded: ReadonlySet<string>;
  filter: string;
};

/** Terminals that belong to no workspace, or to one that is gone, stand under this. */
export const elsewhere = "elsewhere";
/** So many ended terminals are shown before the rest is folded. */
const endedShown = 2;

export function treeRows({ workspaces, terminals, folded, filter }: TreeInput): TreeRow[] {
  const wanted = filter.trim().toLowerCase();
  const groups = grouped(workspaces, terminals);
  const rows: TreeRow[] = [];
  for (const workspace of workspaces) {
    const inside = groups.get(workspace.id) ?? [];
    const named = wanted === "" || matches(wanted, workspace.name, workspace.branch);
    const shown = named ? inside : inside.filter(({ label }) => matches(wanted, label));
    if (!named && shown.length === 0) continue;
    const isFolded = wanted === "" && folded.has(workspace.id);
    rows.push({ kind: "workspace", id: workspace.id, workspace, folded: isFolded, terminals: inside.length, level: 1 });
    if (!isFolded) rows.push(...terminalRows(workspace, shown, folded, wanted !== ""));
  }
  const others = groups.get(elsewhere) ?? [];
  const shown = wanted === "" ? others : others.filter(({ label }) => matches(wanted, label));
  if (shown.length > 0) {
    const isFolded = wanted === "" && folded.has(elsewhere);
    const label = "Other terminals";
    rows.push({ kind: "group", id: elsewhere, label, folded: isFolded, terminals: others.length, level: 1 });
    if (!isFolded) rows.push(...terminalRows({ id: elsewhere, name: null }, shown, folded, wanted !== ""));
  }
  return rows;
}

/** Those that run in the order they were started; below them the ended ones, the latest first, of which only a few are shown. */
function terminalRows(
  { id: of, name }: { id: string; name: string | null },
  terminals: readonly TerminalSummary[],
  folded: ReadonlySet<string>,
  all: boolean,
): TreeRow[] {
  const alive = terminals.filter((each) => each.alive || each.needsYou);
  const ended = terminals
    .filter((each) => !each.alive && !each.needsYou)
    .sort((a, b) => (b.resolvedAt ?? "").localeCompare(a.resolvedAt ?? ""));
  const key = `ended:${of}`;
  const open = folded.has(key);
  const shown = all || open || ended.length <= endedShown + 1 ? ended : ended.slice(0, endedShown);
  const rows: TreeRow[] = [...alive, ...shown].map((terminal) => ({
    kind: "terminal",
    id: terminal.id,
    terminal,
    label: labelIn(terminal.label, name),
    level: 2,
  }));
  if (!all && ended.length > endedShown + 1) {
    rows.push({ kind: "more", id: key, of, count: ended.length - endedShown, open, level: 2 });
  }
  return rows;
}

function grouped(workspaces: readonly Workspace[], terminals: readonly TerminalSummary[]) {
  const known = new Set(workspaces.map(({ id }) => id));
  const groups = new Map<string, TerminalSummary[]>();
  for (const terminal of terminals) {
    const of = terminal.workspaceId !== null && known.has(terminal.workspaceId) ? terminal.workspaceId : elsewhere;
    const group = groups.get(of);
    if (group) group.push(terminal);
    else groups.set(of, [terminal]);
  }
  return groups;
}

function matches(wanted: string, ...texts: (string | null)[]): boolean {
  return texts.some((text) => text?.toLowerCase().includes(wanted));
}
