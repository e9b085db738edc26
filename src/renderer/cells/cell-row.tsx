/** One cell in the list: how it went, its code, and on opening its output. */
import { ChevronRight, Copy, PenLine, RotateCw, SquareArrowOutUpRight } from "lucide-react";
import type { Cell } from "#shared/contract/cells.ts";
import { cellStatus, exitWords } from "#shared/states.ts";
import { useClient } from "../connection/index.ts";
import { Ago, Button, duration, Elapsed, IconButton, notice, orNotice, StateSign } from "../ui/index.ts";
import { cellPanel } from "./cell-panel.tsx";
import { wholeOutput } from "./output-text.ts";
import { OutputViewer } from "./output-viewer.tsx";

export type CellRowProps = {
  cell: Cell;
  open: boolean;
  onToggle: () => void;
  onEdit: () => void;
  onRerun: () => void;
  /** Why it cannot be run again now. */
  unavailable: string | undefined;
};

export function CellRow({ cell, open, onToggle, onEdit, onRerun, unavailable }: CellRowProps) {
  const client = useClient();
  const status = cellStatus(cell);
  const held = cell.state === "running" || cell.state === "timeout";
  const bodyId = `cell-${cell.id}`;
  return (
    <li className="border-line border-b last:border-b-0">
      <div className="group/cell relative flex items-start gap-1 px-1.5 py-1 hover:bg-hover">
        <button
          type="button"
          data-cell={cell.id}
          aria-expanded={open}
          aria-controls={open ? bodyId : undefined}
          className="flex min-w-0 flex-1 items-start gap-1.5 rounded text-left"
          onClick={onToggle}
        >
          <ChevronRight
            size={12}
            aria-hidden
            className={`mt-[3px] flex-none text-faint transition-transform duration-[var(--motion)] ${open ? "rotate-90" : ""}`}
          />
          <StateSign status={status} className="mt-px" />
          <span className="min-w-0 flex-1">
            <span className="block truncate font-mono text-sm leading-[18px]">{firstLine(cell.code)}</span>
            <span className="flex items-center gap-1.5 text-faint text-sm">
              <span className="truncate">{held ? status.words : outcome(cell)}</span>
              {!held && <Ago at={cell.endedAt ?? cell.startedAt} className="flex-none" />}
            </span>
          </span>
          <span className="tabular flex-none text-muted text-sm leading-[18px]">
            {held ? <Elapsed since={cell.startedAt} /> : cell.durationMs === null ? "" : duration(cell.durationMs)}
          </span>
        </button>
        {cell.state === "running" && (
          <Button
            small
            onClick={() =>
              void orNotice("Could not interrupt", client.cells.interrupt({ terminalId: cell.terminalId }))
            }
          >
            Interrupt
          </Button>
        )}
      </div>
      {open && (
        <div id={bodyId} className="flex flex-col gap-1.5 px-2 pb-2">
          {cell.code.includes("\n") && (
            <pre
              // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
              tabIndex={0}
              className="max-h-40 select-text overflow-auto rounded bg-field px-2 py-1 font-mono text-sm"
            >
              {cell.code}
              {cell.codeBytes > cell.code.length && cell.code.length >= 65_000 ? "…" : ""}
            </pre>
          )}
          {held ? (
            <p className="px-1 text-faint text-sm">Its output is shown when it ends.</p>
          ) : (
            <OutputViewer cell={cell} />
          )}
          <div className="flex items-center gap-0.5">
            <IconButton
              label="Copy the output"
              disabled={held}
              onClick={() =>
                void orNotice(
                  "Could not copy the output",
                  wholeOutput(client, cell.id)
                    .then((text) => navigator.clipboard.writeText(text))
                    .then(() => notice({ kind: "done", text: "Copied the output" })),
                )
              }
            >
              <Copy size={13} aria-hidden />
            </IconButton>
            <IconButton label={unavailable ?? "Run again"} disabled={unavailable !== undefined} onClick={onRerun}>
              <RotateCw size={13} aria-hidden />
            </IconButton>
            <IconButton label="Edit and run again" onClick={onEdit}>
              <PenLine size={13} aria-hidden />
            </IconButton>
            <IconButton
              label="Open the output as a panel"
              onClick={() => cellPanel.open({ cellId: cell.id }, { place: "below" })}
            >
              <SquareArrowOutUpRight size={13} aria-hidden />
            </IconButton>
            <span className="flex-1" />
            <span className="font-mono text-faint text-xs" data-tip="The cell's id, for k and scripts">
              {cell.id}
            </span>
          </div>
        </div>
      )}
    </li>
  );
}

function outcome(cell: Cell): string {
  if (cell.state === "error") return cell.error ?? "error";
  return cell.exitCode === null ? "exit not known" : exitWords(cell.exitCode);
}

export function firstLine(code: string): string {
  return code.trimStart().split("\n", 1)[0] ?? "";
}
