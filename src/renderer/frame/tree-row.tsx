/** One row of the sidebar's tree. */
import { ChevronRight, GitBranch, Play } from "lucide-react";
import { memo, useEffect, useRef } from "react";
import { workspaceStatus } from "#shared/states.ts";
import { BottleMark } from "../app/bottle-mark.tsx";
import { useLayout } from "../app/layout.ts";
import { openLaunch, openTerminal, openWorkspace } from "../app/open.ts";
import { StateSign } from "../ui/index.ts";
import type { TreeRow } from "./tree-model.ts";

export function toggleFolded(id: string): void {
  useLayout.setState(({ folded }) => ({
    folded: folded.includes(id) ? folded.filter((each) => each !== id) : [...folded, id],
  }));
}

export const rowDomId = (id: string) => `row-${id}`;

export function isFolded(row: TreeRow): boolean {
  return (row.kind === "workspace" || row.kind === "group") && row.folded;
}

export function openRow(row: TreeRow): void {
  if (row.kind === "workspace") openWorkspace(row.workspace.id);
  else if (row.kind === "terminal") openTerminal(row.terminal.id);
  else toggleFolded(row.id);
}

type RowProps = { row: TreeRow; active: boolean; front: boolean; onActive: (id: string) => void };

export const Row = memo(function Row({ row, active, front, onActive }: RowProps) {
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
        openRow(row);
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
              className="flex min-w-0 flex-1 shrink-[3] items-center gap-0.5 overflow-hidden text-muted text-sm"
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
          {terminal.bottleId !== null && <BottleMark bottleId={terminal.bottleId} />}
          <span className={`min-w-0 flex-1 truncate ${terminal.alive || front ? "" : "text-muted"}`}>{row.label}</span>
        </>
      );
    }
    case "more":
      return <span className="text-muted text-sm">{row.open ? "Show fewer ended" : `${row.count} more ended`}</span>;
  }
}
