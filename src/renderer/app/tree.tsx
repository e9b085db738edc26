/** The sidebar's tree: workspaces and their terminals. One tab stop; arrows move, letters filter, Enter opens, the menu key lists what can be done. */
import { ChevronRight, GitBranch, Play } from "lucide-react";
import { type KeyboardEvent, memo, type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { workspaceStatus } from "#shared/states.ts";
import { useTerminalSummaries, useWorkspaces } from "../live/index.ts";
import { useDock } from "../terminals/panels.tsx";
import { ContextMenu, type MenuItem, StateSign } from "../ui/index.ts";
import { VirtualRows, type VirtualRowsHandle } from "../ui/virtual-rows.tsx";
import { useLayout } from "./layout.ts";
import { openLaunch, openTerminal, openWorkspace } from "./open.ts";
import { useRowMenu } from "./row-menu.ts";
import { type TreeRow, treeRows } from "./tree-model.ts";

const rowHeight = 28;

export function toggleFolded(id: string): void {
  useLayout.setState(({ folded }) => ({
    folded: folded.includes(id) ? folded.filter((each) => each !== id) : [...folded, id],
  }));
}

export function Tree() {
  const workspaces = useWorkspaces();
  const terminals = useTerminalSummaries();
  const folded = useLayout((layout) => layout.folded);
  const [filter, setFilter] = useState("");
  const rows = useMemo(
    () => treeRows({ workspaces: workspaces.items, terminals, folded: new Set(folded), filter }),
    [workspaces, terminals, folded, filter],
  );
  const [activeId, setActiveId] = useState<string | null>(null);
  const frontId = useFrontId();
  const handle = useRef<VirtualRowsHandle>(null);
  const active = Math.max(
    0,
    rows.findIndex(({ id }) => id === activeId),
  );

  const go = (index: number) => {
    const row = rows[Math.min(Math.max(index, 0), rows.length - 1)];
    if (!row) return;
    setActiveId(row.id);
    handle.current?.reveal(rows.indexOf(row));
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows[active];
    const moves: Record<string, () => void> = {
      ArrowDown: () => go(active + 1),
      ArrowUp: () => go(active - 1),
      Home: () => go(0),
      End: () => go(rows.length - 1),
      PageDown: () => go(active + 12),
      PageUp: () => go(active - 12),
      Enter: () => row && open(row),
      " ": () => row && open(row),
      Escape: () => setFilter(""),
      Backspace: () => setFilter(filter.slice(0, -1)),
      ArrowRight: () => row && isFolded(row) && toggleFolded(row.id),
      ArrowLeft: () => {
        if (!row) return;
        if ((row.kind === "workspace" || row.kind === "group") && !row.folded) toggleFolded(row.id);
        else if (row.level === 2) go(rows.findLastIndex((each, index) => index < active && each.level === 1));
      },
    };
    const move = moves[event.key];
    const letter = event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (!move && !letter) return;
    event.preventDefault();
    if (move) move();
    else setFilter(filter + event.key);
  };

  const rowMenu = useRowMenu();
  const menu = useCallback((): readonly MenuItem[] => {
    const row = rows.find(({ id }) => id === activeId) ?? rows[0];
    return row ? rowMenu(row) : [];
  }, [rows, activeId, rowMenu]);

  const row = (index: number): ReactNode => {
    const each = rows[index];
    if (!each) return null;
    return (
      <Row
        key={each.id}
        row={each}
        active={each.id === rows[active]?.id}
        front={each.id === frontId}
        onActive={setActiveId}
      />
    );
  };

  return (
    <>
      {filter && (
        <div className="flex h-7 shrink-0 items-center gap-2 bg-field px-3 text-muted text-sm" role="status">
          <span className="min-w-0 flex-1 truncate">
            Showing “{filter}”{rows.length === 0 ? ": nothing found" : ""}
          </span>
          <button type="button" className="rounded px-1 hover:text-text" onClick={() => setFilter("")}>
            Show all
          </button>
        </div>
      )}
      <ContextMenu items={menu}>
        <VirtualRows
          handle={handle}
          count={rows.length}
          rowHeight={rowHeight}
          row={row}
          role="tree"
          aria-label="Workspaces and terminals"
          aria-activedescendant={rows[active] ? rowDomId(rows[active].id) : undefined}
          tabIndex={0}
          data-tree
          className="group/tree min-h-0 flex-1 outline-none focus-visible:outline-2 focus-visible:outline-line-focus"
          onKeyDown={onKeyDown}
          onContextMenuCapture={(event) => {
            const id = (event.target as Element).closest("[data-row]")?.getAttribute("data-row");
            if (id) setActiveId(id);
          }}
        />
      </ContextMenu>
    </>
  );
}

const rowDomId = (id: string) => `row-${id}`;

function isFolded(row: TreeRow): boolean {
  return (row.kind === "workspace" || row.kind === "group") && row.folded;
}

function open(row: TreeRow): void {
  if (row.kind === "workspace") openWorkspace(row.workspace.id);
  else if (row.kind === "terminal") openTerminal(row.terminal.id);
  else toggleFolded(row.id);
}

/** The workspace or terminal whose panel is in front. */
function useFrontId(): string | null {
  return useDock(({ panels, frontId }) => {
    const panel = panels.find(({ id }) => id === frontId);
    const params = (panel?.params ?? {}) as { terminalId?: string; workspaceId?: string };
    return params.terminalId ?? params.workspaceId ?? null;
  });
}

type RowProps = { row: TreeRow; active: boolean; front: boolean; onActive: (id: string) => void };

const Row = memo(function Row({ row, active, front, onActive }: RowProps) {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (front) element.current?.scrollIntoView({ block: "nearest" });
  }, [front]);
  const foldable = row.kind === "workspace" || row.kind === "group";
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree has the keyboard for all of its rows
    // biome-ignore lint/a11y/useFocusableInteractive: the tree is the one tab stop and names its active row
    <div
      ref={element}
      id={rowDomId(row.id)}
      role="treeitem"
      aria-level={row.level}
      aria-selected={front}
      aria-expanded={foldable ? !row.folded : undefined}
      data-row={row.id}
      className={`group/row flex h-7 cursor-default items-center gap-1.5 pr-1.5 ${row.level === 1 ? "pl-1" : "pl-6"} ${
        front ? "bg-selected" : "hover:bg-hover"
      } ${active ? "group-focus-visible/tree:outline-2 group-focus-visible/tree:-outline-offset-2 group-focus-visible/tree:outline-line-focus" : ""}`}
      onClick={() => {
        onActive(row.id);
        open(row);
      }}
    >
      {foldable && (
        // biome-ignore lint/a11y/useKeyWithClickEvents: arrow keys fold
        // biome-ignore lint/a11y/noStaticElementInteractions: as above
        <span
          className="flex h-6 w-5 shrink-0 items-center justify-center text-faint hover:text-text"
          onClick={(event) => {
            event.stopPropagation();
            toggleFolded(row.id);
          }}
        >
          <ChevronRight
            size={14}
            aria-hidden
            className={`transition-transform duration-[var(--motion)] ${row.folded ? "" : "rotate-90"}`}
          />
        </span>
      )}
      <RowContent row={row} front={front} />
    </div>
  );
});

function RowContent({ row, front }: { row: TreeRow; front: boolean }) {
  switch (row.kind) {
    case "workspace": {
      const { workspace } = row;
      const status = workspaceStatus(workspace);
      return (
        <>
          {status.state !== "ready" && <StateSign status={status} />}
          <span className="min-w-0 shrink truncate font-medium">{workspace.name}</span>
          {workspace.branch && (
            <span
              className="flex min-w-0 flex-1 shrink-[3] items-center gap-0.5 text-muted text-sm"
              data-tip={workspace.branch}
            >
              <GitBranch size={11} aria-hidden className="shrink-0" />
              <span className="truncate">{workspace.branch}</span>
            </span>
          )}
          {workspace.state === "ready" && (
            <button
              type="button"
              tabIndex={-1}
              aria-label={`Launch in ${workspace.name}`}
              data-tip={`Launch in ${workspace.name}`}
              className="ml-auto hidden size-6 shrink-0 items-center justify-center rounded text-muted hover:text-text group-hover/row:flex"
              onClick={(event) => {
                event.stopPropagation();
                openLaunch(workspace.id);
              }}
            >
              <Play size={13} aria-hidden />
            </button>
          )}
          {row.folded && row.terminals > 0 && (
            <span className="tabular ml-auto text-muted text-sm group-hover/row:hidden">{row.terminals}</span>
          )}
        </>
      );
    }
    case "group":
      return (
        <>
          <span className="min-w-0 flex-1 truncate font-medium">{row.label}</span>
          {row.folded && <span className="tabular text-muted text-sm">{row.terminals}</span>}
        </>
      );
    case "terminal": {
      const { terminal } = row;
      return (
        <>
          <StateSign status={terminal.status} />
          <span className={`min-w-0 flex-1 truncate ${terminal.alive || front ? "" : "text-muted"}`}>
            {terminal.label}
          </span>
        </>
      );
    }
    case "more":
      return <span className="text-muted text-sm">{row.open ? "Show fewer ended" : `${row.count} more ended`}</span>;
  }
}
