/** The sidebar's tree: workspaces and their terminals. One tab stop; arrows move, letters filter, Enter opens, the menu key lists what can be done. */
import { type KeyboardEvent, type ReactNode, useCallback, useMemo, useState } from "react";
import { useLayout } from "../app/layout.ts";
import { useDock } from "../dock/panels.tsx";
import { useTerminalSummaries, useWorkspaces } from "../live/index.ts";
import { useActiveRow } from "../ui/active-row.ts";
import { ContextMenu, type MenuItem } from "../ui/index.ts";
import { VirtualRows } from "../ui/virtual-rows.tsx";
import { useRowMenu } from "./row-menu.ts";
import { treeRows } from "./tree-model.ts";
import { isFolded, openRow, Row, rowDomId, toggleFolded } from "./tree-row.tsx";

const rowHeight = 28;

export function Tree() {
  const workspaces = useWorkspaces();
  const terminals = useTerminalSummaries();
  const folded = useLayout((layout) => layout.folded);
  const [filter, setFilter] = useState("");
  const rows = useMemo(
    () => treeRows({ workspaces: workspaces.items, terminals, folded: new Set(folded), filter }),
    [workspaces, terminals, folded, filter],
  );
  const ids = useMemo(() => rows.map(({ id }) => id), [rows]);
  const { active, setActiveId, go, moves, handle } = useActiveRow(ids, 12);
  const frontId = useFrontId();

  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows[active];
    const keys: Record<string, () => void> = {
      ...moves,
      Enter: () => row && openRow(row),
      " ": () => row && openRow(row),
      Escape: () => setFilter(""),
      Backspace: () => setFilter(filter.slice(0, -1)),
      ArrowRight: () => row && isFolded(row) && toggleFolded(row.id),
      ArrowLeft: () => {
        if (!row) return;
        if ((row.kind === "workspace" || row.kind === "group") && !row.folded) toggleFolded(row.id);
        else if (row.level === 2) go(rows.findLastIndex((each, index) => index < active && each.level === 1));
      },
    };
    if (event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey)) {
      event.preventDefault();
      if (row) openMenuAt(row.id);
      return;
    }
    const move = keys[event.key];
    const letter = event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (!move && !letter) return;
    event.preventDefault();
    if (move) move();
    else setFilter(filter + event.key);
  };

  const rowMenu = useRowMenu();
  const menu = useCallback((): readonly MenuItem[] => {
    const row = rows[active];
    return row ? rowMenu(row) : [];
  }, [rows, active, rowMenu]);

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

/** As the right button would, at the row instead of somewhere in the tree. */
function openMenuAt(id: string): void {
  const element = document.getElementById(rowDomId(id));
  if (!element) return;
  const { left, bottom } = element.getBoundingClientRect();
  const at = { clientX: left + 40, clientY: bottom - 4 };
  element.dispatchEvent(new MouseEvent("contextmenu", { bubbles: true, cancelable: true, button: 2, ...at }));
}

/** The workspace or terminal whose panel is in front. */
function useFrontId(): string | null {
  return useDock(({ panels, frontId }) => {
    const panel = panels.find(({ id }) => id === frontId);
    const params = (panel?.params ?? {}) as { terminalId?: string; workspaceId?: string };
    return params.terminalId ?? params.workspaceId ?? null;
  });
}
