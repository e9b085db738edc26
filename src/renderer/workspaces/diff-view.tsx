/** The diff of one file: line numbers, signs and colours; virtual, because generated files are long. */
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useMemo, useRef } from "react";
import { problemFrom, useClient } from "../connection/index.ts";
import { grouped, ProblemNote, VirtualRows, type VirtualRowsHandle } from "../ui/index.ts";
import { type DiffRow, diffRows } from "./diff-model.ts";

const rowHeight = 18;

export function DiffView({ workspaceId, path, version }: { workspaceId: string; path: string; version: number }) {
  const client = useClient();
  const diff = useQuery({
    queryKey: ["diff", workspaceId, path, version],
    queryFn: () => client.workspaces.diff({ id: workspaceId, path }),
    placeholderData: (before, query) => (query?.queryKey[2] === path ? before : undefined),
  });
  const rows = useMemo(() => diffRows(diff.data?.patch ?? "").filter(worthShowing), [diff.data]);
  const widest = useMemo(() => rows.reduce((most, row) => Math.max(most, columnsOf(row.text)), 0), [rows]);
  const handle = useRef<VirtualRowsHandle>(null);

  const onKeyDown = (event: KeyboardEvent) => {
    const { element } = handle.current ?? {};
    const way = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (!element || way === 0 || event.altKey) return;
    event.preventDefault();
    element.scrollTop += way * rowHeight * 3;
  };

  if (diff.isError) return <ProblemNote problem={problemFrom(diff.error)} />;
  if (diff.isPending) return null;
  if (diff.data.binary) return <Said>A binary file; there is nothing to compare line by line.</Said>;
  if (rows.length === 0) return <Said>No difference in its content.</Said>;
  return (
    <div className="flex h-full min-h-0 flex-col">
      {diff.data.truncated && (
        <p className="shrink-0 border-line border-b bg-warning-tint px-3 py-1">
          Too long to show in full: these are the first {grouped(rows.length)} lines.
        </p>
      )}
      <VirtualRows
        handle={handle}
        count={rows.length}
        rowHeight={rowHeight}
        role="group"
        aria-label={`Changes in ${path}`}
        tabIndex={0}
        onKeyDown={onKeyDown}
        className="min-h-0 flex-1 select-text bg-field font-mono text-sm leading-[18px]"
        contentWidth={`calc(${widest}ch + 112px)`}
        row={(index) => {
          const row = rows[index];
          return row && <Row key={index} row={row} />;
        }}
      />
    </div>
  );
}

/** The file is named above, and a first hunk that starts at the top hides nothing. */
function worthShowing(row: DiffRow, index: number, rows: readonly DiffRow[]): boolean {
  if (row.kind === "file") return false;
  const next = rows[index + 1];
  return !(row.kind === "hunk" && next && "after" in next && Math.max(next.before ?? 0, next.after ?? 0) <= 1);
}

/** Width in characters; a tab is at most eight. */
function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += character === "\t" ? 8 - (columns % 8) : 1;
  return columns;
}

function Said({ children }: { children: string }) {
  return <p className="p-4 text-muted">{children}</p>;
}

const looks = { added: "bg-positive-tint", removed: "bg-negative-tint", context: "" };
const signs = { added: "+", removed: "−", context: " " };
const tones = { added: "text-positive", removed: "text-negative", context: "text-faint" };

function Row({ row }: { row: DiffRow }) {
  if (row.kind === "hunk" || row.kind === "note" || row.kind === "file") {
    return (
      <div className="flex h-[18px] bg-chrome pl-[104px] text-muted">
        <span className="whitespace-pre">{row.kind === "hunk" ? `⋯ ${row.text}` : row.text}</span>
      </div>
    );
  }
  return (
    <div className={`flex h-[18px] ${looks[row.kind]}`}>
      <Line>{row.before}</Line>
      <Line>{row.after}</Line>
      <span className={`w-5 shrink-0 select-none text-center ${tones[row.kind]}`}>{signs[row.kind]}</span>
      <span className="whitespace-pre [tab-size:8]">{row.text}</span>
    </div>
  );
}

function Line({ children }: { children: number | null }) {
  return <span className="tabular w-[42px] shrink-0 select-none pr-1.5 text-right text-muted">{children}</span>;
}
