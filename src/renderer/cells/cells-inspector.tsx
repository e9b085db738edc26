/** The cells of one terminal: what was submitted, how it went, and the box to submit more. */
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Cell } from "#shared/contract/cells.ts";
import type { Terminal } from "#shared/contract/terminals.ts";
import { useUi } from "../app/open.ts";
import { useClient } from "../connection/index.ts";
import { useLiveList, useTerminal } from "../live/index.ts";
import { Button, counted, orNotice } from "../ui/index.ts";
import { CellRow } from "./cell-row.tsx";
import { Composer } from "./composer.tsx";
import { setDraft } from "./drafts.ts";
import { HeldBanner } from "./held-banner.tsx";
import { takesNoCode } from "./takes-code.ts";

/** Shown at first and added by "Show older": enough for a day, few enough for the document. */
const pageSize = 200;

export function CellsInspector({ terminalId }: { terminalId: string }) {
  const terminal = useTerminal(terminalId);
  // A key, so that what is open and typed belongs to one terminal.
  return terminal ? <Cells key={terminalId} terminal={terminal} /> : null;
}

function Cells({ terminal }: { terminal: Terminal }) {
  const client = useClient();
  const box = useRef<HTMLTextAreaElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const { items, status } = useLiveList(client.cells.watch, { terminalId: terminal.id });
  const cells = useMemo(() => items.toSorted(newestFirst), [items]);
  const [openIds, setOpenIds] = useState<ReadonlySet<string>>(new Set());
  const [shown, setShown] = useState(pageSize);
  /** Cells started with Run: their output opens by itself when they end. */
  const awaited = useRef(new Set<string>());
  const held = cells.find((cell) => cell.state === "timeout");

  const open = useCallback(
    (id: string, wanted: boolean) =>
      setOpenIds((before) => {
        const after = new Set(before);
        if (wanted) after.add(id);
        else after.delete(id);
        return after;
      }),
    [],
  );
  const reveal = (id: string) => {
    setShown((now) => Math.max(now, cells.findIndex((cell) => cell.id === id) + 1));
    open(id, true);
    requestAnimationFrame(() => {
      const row = list.current?.querySelector<HTMLElement>(`[data-cell="${id}"]`);
      row?.scrollIntoView({ block: "nearest" });
      row?.focus();
    });
  };
  const revealNow = useRef(reveal);
  revealNow.current = reveal;

  useEffect(() => {
    for (const cell of cells) {
      if (cell.state === "running" || !awaited.current.delete(cell.id)) continue;
      open(cell.id, cell.state !== "timeout");
    }
  }, [cells, open]);

  const asked = useUi((state) => state.cell);
  const there = asked?.terminalId === terminal.id && cells.some((cell) => cell.id === asked.cellId);
  useEffect(() => {
    if (asked && there) revealNow.current(asked.cellId);
  }, [asked, there]);

  const edit = (cell: Cell) => {
    setDraft(terminal.id, { code: cell.code });
    box.current?.focus();
  };
  const rerun = async ({ code, limitSeconds }: Cell) => {
    const again = client.cells.fire({ terminalId: terminal.id, code, limitSeconds });
    const fired = await orNotice("Could not run it again", again);
    if (fired) awaited.current.add(fired.id);
  };

  return (
    <section aria-label="Cells" className="flex min-h-0 flex-1 flex-col">
      {held && <HeldBanner cell={held} />}
      <div className="min-h-0 flex-1 overflow-y-auto overflow-x-hidden">
        {cells.length === 0 && status !== "loading" && (
          <p className="px-3 py-2 text-muted">
            No cells yet. Code submitted below, or with <code className="font-mono text-sm">k</code>, is listed here
            with its result.
          </p>
        )}
        <ul ref={list} aria-label="Cells, newest first" onKeyDown={moveBetweenRows}>
          {cells.slice(0, shown).map((cell) => (
            <CellRow
              key={cell.id}
              cell={cell}
              open={openIds.has(cell.id)}
              onToggle={() => open(cell.id, !openIds.has(cell.id))}
              onEdit={() => edit(cell)}
              onRerun={() => void rerun(cell)}
              unavailable={
                takesNoCode(terminal) ?? (terminal.heldCellId ? "Another cell holds the terminal" : undefined)
              }
            />
          ))}
        </ul>
        {cells.length > shown && (
          <Button small look="quiet" className="m-2" onClick={() => setShown((now) => now + pageSize)}>
            Show older ({counted(cells.length - shown, "cell")})
          </Button>
        )}
      </div>
      <Composer
        terminal={terminal}
        cells={cells}
        box={box}
        onSubmitted={(cell, how) => {
          if (how === "run") awaited.current.add(cell.id);
        }}
        onShowHeld={(id) => reveal(id)}
      />
    </section>
  );
}

/** ISO times of one length compare as text; equal ones keep the order they came in. */
function newestFirst(a: Cell, b: Cell): number {
  return a.startedAt < b.startedAt ? 1 : a.startedAt > b.startedAt ? -1 : 0;
}

function moveBetweenRows(event: KeyboardEvent<HTMLUListElement>): void {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-cell]")];
  const at = rows.indexOf(document.activeElement as HTMLElement);
  if (at < 0) return;
  event.preventDefault();
  rows[at + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
}
